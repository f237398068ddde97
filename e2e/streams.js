// Waits for the end of sessions with graphql-ws and graphql-sse, as front ends do, and counts how often they connect: none may
// come again and again after what trying again does not change.
//
//   node streams.js URL PID
//
// PID is the server's process, which is told to end at last.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient as createEvents } from 'graphql-sse';
import { createClient as createSocket } from 'graphql-ws';
import WebSocket from 'ws';

const [server, pid] = process.argv.slice(2);
const endpoint = `${server}/graphql`;
const ENDED = 'subscription { sessionEnded { reason } }';
// Long enough for a client that does not wait between its tries to be noticed.
const WATCHED = 1500;

async function post(query, cookie) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(cookie && { cookie }) },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return { data, cookie: response.headers.get('Set-Cookie')?.split(';')[0] };
}

async function signIn(email = 'owner@demo.example') {
  const { data, cookie } = await post(
    `mutation { signIn(input: { email: "${email}", password: "demo-password-1" }) { userErrors { code } } }`,
  );
  assert.deepEqual(data.signIn.userErrors, []);
  return cookie;
}

// socket returns a client of graphql-ws that tries again as often as it may, and counts its connections. The cookie may be a function, as
// a browser's cookies change.
function socket(cookie) {
  class WithCookie extends WebSocket {
    constructor(url, protocols) {
      const current = typeof cookie === 'function' ? cookie() : cookie;
      super(url, protocols, { headers: current ? { cookie: current } : {} });
    }
  }
  const seen = { connects: 0, closed: [] };
  const client = createSocket({
    url: endpoint.replace('http', 'ws'),
    webSocketImpl: WithCookie,
    retryAttempts: 100,
    retryWait: () => sleep(1),
    on: { connecting: () => seen.connects++, closed: ({ code }) => seen.closed.push(code) },
  });
  return { client, seen };
}

// events returns a client of graphql-sse that tries again as often as it may, and counts its requests.
function events(cookie) {
  const seen = { connects: 0 };
  const client = createEvents({
    url: endpoint,
    headers: cookie ? { cookie } : {},
    retryAttempts: 100,
    retry: () => sleep(1),
    fetchFn: (...request) => {
      seen.connects++;
      return fetch(...request);
    },
  });
  return { client, seen };
}

// listen subscribes, collects what is told, and says with which error it ended.
function listen(client, query) {
  const told = [];
  const ended = new Promise((resolve) => {
    client.subscribe({ query }, { next: (answer) => told.push(answer), error: resolve, complete: () => resolve() });
  });
  return { told, ended };
}

// outcome subscribes and resolves to what was told and how it ended.
async function outcome(client, query = ENDED) {
  const { told, ended } = listen(client, query);
  return { told, error: await ended };
}

function codeOf([error]) {
  return error.extensions.code;
}

async function until(reached) {
  const deadline = performance.now() + 10_000;
  while (!reached()) {
    assert.ok(performance.now() < deadline, `${reached} after 10 s`);
    await sleep(5);
  }
}

async function connectsOnce(name, { client, seen }, judge, query) {
  judge(await outcome(client, query));
  await sleep(WATCHED);
  assert.equal(seen.connects, 1, `${name}: ${seen.connects} connections`);
}

// Signed out: refused once and for all.
await connectsOnce('signed out, socket', socket(), ({ error }) => assert.equal(error.code, 4401));
await connectsOnce('signed out, events', events(), ({ told }) =>
  assert.equal(told[0].errors[0].extensions.code, 'UNAUTHENTICATED'),
);

// Not valid, and no subscription: told, and not sent again.
const cookie = await signIn();
for (const [query, code] of [
  ['subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ['mutation { signOut { viewer { user { id } } } }', 'METHOD_NOT_ALLOWED'],
]) {
  await connectsOnce(query, socket(cookie), ({ error }) => assert.equal(error[0].extensions.code, code), query);
  await connectsOnce(query, events(cookie), ({ told }) => assert.equal(told[0].errors[0].extensions.code, code), query);
}

// Too many sockets: the sixth is refused once and for all.
const many = await signIn();
const open = Array.from({ length: 5 }, () => socket(many));
for (const { client } of open) {
  outcome(client);
}
await sleep(500);
await connectsOnce('a sixth socket', socket(many), ({ error }) => assert.equal(error.code, 4429));

// The owner's workspace, and what others see of it.
const owner = await signIn();
const developer = await signIn('developer@demo.example');
const { data: own } = await post(
  `{ viewer { memberships { nodes { workspace { id
    members { nodes { id user { email } } } miniPrograms { nodes { id } } } } } } }`,
  owner,
);
const { id: workspaceId, members, miniPrograms } = own.viewer.memberships.nodes[0].workspace;
const memberId = members.nodes.find(({ user }) => user.email === 'developer@demo.example').id;
const CHANGED = `subscription { workspaceChanged(workspaceId: "${workspaceId}") { operation nodeId node { id } } }`;
const MEMBERSHIP = `subscription { membership(workspaceId: "${workspaceId}") { status role member { id } } }`;
const mutate = async (mutation) => {
  const { data } = await post(`mutation { ${mutation} { userErrors { code } } }`, owner);
  assert.deepEqual(Object.values(data)[0].userErrors, []);
};

// A developer who is blocked is told so as the last event, and neither subscription is repeated. Nothing says when workspaceChanged has
// begun, so something is changed until all have seen it.
const ofDeveloper = [socket(developer), events(developer)];
const memberships = ofDeveloper.map(({ client }) => listen(client, MEMBERSHIP));
const changes = ofDeveloper.map(({ client }) => listen(client, CHANGED));
await until(() => memberships.every(({ told }) => told.length === 1));
for (let i = 0; changes.some(({ told }) => told.length === 0); i++) {
  assert.ok(i < 10_000, 'no change is told');
  await mutate(`renameWorkspace(input: { workspaceId: "${workspaceId}", name: "Merchant ${i}" })`);
}
await mutate(`blockMember(input: { memberId: "${memberId}" })`);
for (const { told, ended } of memberships) {
  assert.equal(await ended, undefined);
  assert.deepEqual(told, [
    { data: { membership: { status: 'ACTIVE', role: 'DEVELOPER', member: { id: memberId } } } },
    { data: { membership: { status: 'BLOCKED', role: 'DEVELOPER', member: null } } },
  ]);
}
for (const { told, ended } of changes) {
  assert.equal(await ended, undefined);
  const { operation, nodeId, node } = told[0].data.workspaceChanged;
  assert.deepEqual({ operation, nodeId, node }, { operation: 'RENAME_WORKSPACE', nodeId: workspaceId, node: { id: workspaceId } });
}
// A developer who is blocked gets the answer of a stranger.
await connectsOnce('blocked, socket', socket(developer), ({ error, told }) => assert.equal(codeOf(error ?? told[0].errors), 'NOT_FOUND'), CHANGED);
await connectsOnce('blocked, events', events(developer), ({ told }) => assert.equal(codeOf(told[0].errors), 'NOT_FOUND'), MEMBERSHIP);

// The owner sees each change once.
const ofOwner = [socket(owner), events(owner)].map(({ client }) => listen(client, CHANGED));
const seen = (operation) =>
  until(() => ofOwner.every(({ told }) => told.some(({ data }) => data.workspaceChanged.operation === operation)));
for (let i = 0; ofOwner.some(({ told }) => told.length === 0); i++) {
  assert.ok(i < 10_000, 'no change is told');
  await mutate(`renameWorkspace(input: { workspaceId: "${workspaceId}", name: "Merchant ${i % 2}" })`);
}
await mutate(`unblockMember(input: { memberId: "${memberId}" })`);
await seen('UNBLOCK_MEMBER');
await mutate(`updateMiniProgram(input: { miniProgramId: "${miniPrograms.nodes[0].id}", name: "断桥小面馆" })`);
await seen('UPDATE_MINI_PROGRAM');
for (const { told } of ofOwner) {
  const others = told.map(({ data }) => data.workspaceChanged).filter(({ operation }) => operation !== 'RENAME_WORKSPACE');
  assert.deepEqual(others, [
    { operation: 'UNBLOCK_MEMBER', nodeId: memberId, node: { id: memberId } },
    { operation: 'UPDATE_MINI_PROGRAM', nodeId: miniPrograms.nodes[0].id, node: { id: miniPrograms.nodes[0].id } },
  ]);
}

// After signing in, the same client subscribes in a socket with the new cookie; the one of before has ended with its session.
let shared;
const browser = socket(() => shared);
assert.equal((await outcome(browser.client, MEMBERSHIP)).error.code, 4401);
for (const _ of [1, 2]) {
  shared = await signIn('master@demo.example');
  const membership = listen(browser.client, MEMBERSHIP);
  await until(() => membership.told.length === 1);
  await post('mutation { signOut { viewer { id } } }', shared);
  await membership.ended;
}
assert.equal(browser.seen.connects, 3);

// Signing out tells both, ends both, and neither comes again.
const ofSocket = socket(cookie);
const ofEvents = events(cookie);
const waiting = [outcome(ofSocket.client), outcome(ofEvents.client)];
await sleep(500);
const before = performance.now();
await post('mutation { signOut { viewer { user { id } } } }', cookie);
for (const { told, error } of await Promise.all(waiting)) {
  assert.equal(error, undefined);
  assert.deepEqual(told, [{ data: { sessionEnded: { reason: 'SIGNED_OUT' } } }]);
}
const took = performance.now() - before;
assert.ok(took < 5000, `told after ${took} ms`);
await sleep(WATCHED);
assert.equal(ofSocket.seen.connects, 1);
assert.equal(ofEvents.seen.connects, 1);
assert.deepEqual(ofSocket.seen.closed, [4401]);

// A server that ends sends its clients elsewhere at once, and they try to come again.
const last = await signIn('master@demo.example');
const leaving = Array.from({ length: 5 }, () => socket(last));
const stream = events(last);
for (const { client } of [...leaving, stream]) outcome(client);
await sleep(500);
const told = performance.now();
process.kill(Number(pid), 'SIGTERM');
while (leaving.some(({ seen }) => !seen.closed.length) || stream.seen.connects < 2) {
  assert.ok(performance.now() - told < 5000, 'the clients are not let go');
  await sleep(20);
}
assert.deepEqual(leaving.map(({ seen }) => seen.closed[0]), Array(5).fill(1001));
console.log(`signed out: told within ${Math.round(took)} ms`);
process.exit(0);
