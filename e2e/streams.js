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

// socket returns a client of graphql-ws that tries again as often as it may, and counts its connections.
function socket(cookie) {
  class WithCookie extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { headers: cookie ? { cookie } : {} });
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

// outcome subscribes and resolves to what was told and how it ended.
function outcome(client, query = ENDED) {
  const told = [];
  return new Promise((resolve) => {
    client.subscribe(
      { query },
      {
        next: (answer) => told.push(answer),
        error: (error) => resolve({ told, error }),
        complete: () => resolve({ told }),
      },
    );
  });
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
