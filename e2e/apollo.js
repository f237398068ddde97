// Works as a front end on Apollo Client does, against a server with the demo people.
//
//   node apollo.js URL LOGO
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gql } from '@apollo/client/core';
import { SIGN_IN, SIGN_OUT, enter } from './apollo/account.js';
import { messages, refusal } from './apollo/client.js';
import { watchMembership, watchWorkspace } from './apollo/live.js';
import { blockMember } from './apollo/member.js';
import { createMiniProgram, updateMiniProgram } from './apollo/miniprogram.js';
import { HOME, WORKSPACE_PAGE } from './apollo/queries.js';
import { chooseWorkspace, createWorkspace } from './apollo/workspace.js';
import { form, person } from './apollo/world.js';

const [server, logoPath] = process.argv.slice(2);
const logo = new File([readFileSync(logoPath)], 'logo.png', { type: 'image/png' });

const LIST = gql`
  query List($id: ID!, $first: Int, $after: String, $filter: MiniProgramFilter) {
    workspace(id: $id) {
      id
      miniPrograms(first: $first, after: $after, orderBy: { field: NAME, direction: ASC }, filter: $filter) {
        totalCount
        edges {
          cursor
          node {
            id
            name
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`;

const owner = person(server);
const { client } = owner;
const demo = await signIn(owner, 'owner');
const id = await newWorkspace();
for (let i = 1; i <= 5; i++) {
  await create(`西湖小面馆${i}`);
}
await page();
await renamed();
await userErrors();
await signedOut();
await refusals();
await seesChangesOfOthers();
await losesAWorkspace();
await listensAfterSigningInAgain(owner);
await listensAfterSigningInAgain(person(server, { overEvents: true }));
console.log(`${client.requests.length} requests`);
process.exit(0);

// signIn signs one of the demo people in, and returns the id of the demo's workspace.
async function signIn(who, name) {
  const { userErrors } = await enter(who.client, SIGN_IN, { email: `${name}@demo.example`, password: 'demo-password-1' });
  assert.deepEqual(userErrors, []);
  const { workspace } = who.client.readQuery({ query: HOME }).viewer.memberships.edges[0].node;
  assert.equal(workspace.name, 'Demo Merchant');
  return workspace.id;
}

async function newWorkspace() {
  const { data } = await client.mutate({ ...createWorkspace, variables: { input: { name: 'Apollo Merchant' } } });
  const workspaceId = data.createWorkspace.workspace.id;
  const chosen = await client.mutate({ ...chooseWorkspace, variables: { input: { workspaceId } } });
  assert.equal(chosen.data.chooseWorkspace.viewer.currentWorkspace.id, workspaceId);
  return workspaceId;
}

async function create(name, by = client, workspaceId = id) {
  const { data } = await by.mutate({ ...createMiniProgram, variables: { input: form({ name, workspaceId, logo: { file: logo } }) } });
  assert.deepEqual(data.createMiniProgram.userErrors, []);
  const { node } = data.createMiniProgram.miniProgramEdge;
  const { multipart, status } = by.requests.at(-1);
  assert.deepEqual({ multipart, status }, { multipart: true, status: 200 });
  const picture = await fetch(node.logo.url);
  assert.equal(picture.headers.get('Content-Type'), 'image/png');
  assert.equal(node.logo.width, 64);
  return node;
}

// page reads the list in pages of two, which the cache joins.
async function page() {
  const list = client.watchQuery({ query: LIST, variables: { id, first: 2 } });
  const subscription = list.subscribe(() => {});
  await shows(list, ['西湖小面馆1', '西湖小面馆2']);
  for (const seen of [4, 5]) {
    const { endCursor, hasNextPage } = list.getCurrentResult().data.workspace.miniPrograms.pageInfo;
    assert.equal(hasNextPage, true);
    await list.fetchMore({ variables: { after: endCursor } });
    await shows(list, [1, 2, 3, 4, 5].slice(0, seen).map((i) => `西湖小面馆${i}`));
  }
  const { pageInfo, totalCount } = list.getCurrentResult().data.workspace.miniPrograms;
  assert.equal(pageInfo.hasNextPage, false);
  assert.equal(totalCount, 5);
  const filtered = await client.query({ query: LIST, variables: { id, first: 2, filter: { search: '馆5' } } });
  assert.deepEqual(names(filtered), ['西湖小面馆5']);
  await shows(list, [1, 2, 3, 4, 5].map((i) => `西湖小面馆${i}`));
  subscription.unsubscribe();
}

// renamed moves a mini program in a list that is sorted by name, which is read again.
async function renamed() {
  const list = client.watchQuery({ query: LIST, variables: { id, first: 10 } });
  const subscription = list.subscribe(() => {});
  await list.refetch();
  const { node } = list.getCurrentResult().data.workspace.miniPrograms.edges[4];
  const sent = client.requests.length;
  const input = { miniProgramId: node.id, name: '断桥小面馆' };
  const { data } = await client.mutate({ ...updateMiniProgram, variables: { input } });
  assert.deepEqual(data.updateMiniProgram.userErrors, []);
  await shows(list, ['断桥小面馆', '西湖小面馆1', '西湖小面馆2', '西湖小面馆3', '西湖小面馆4']);
  assert.equal(client.requests.length, sent + 2, 'the mutation and the list');
  subscription.unsubscribe();
}

// userErrors lead to the fields of the form.
async function userErrors() {
  const broken = new File(['no picture'], 'logo.png', { type: 'image/png' });
  const input = form({ workspaceId: id, name: '断桥小面馆', tagline: '', servicePhone: '12', logo: { file: broken } });
  const { data } = await client.mutate({ ...createMiniProgram, variables: { input } });
  const { miniProgramEdge, userErrors: errors } = data.createMiniProgram;
  assert.equal(miniProgramEdge, null);
  const codes = Object.fromEntries(errors.map(({ path, code }) => [path.join('.'), code]));
  assert.deepEqual(codes, {
    'input.name': 'TAKEN',
    'input.tagline': 'BLANK',
    'input.logo': 'UNSUPPORTED_TYPE',
    'input.servicePhone': 'INVALID_FORMAT',
  });
  for (const [path, message] of messages(errors)) {
    const field = path.split('.').reduce((inside, step) => inside?.[step], { input });
    assert.notEqual(field, undefined, `${path} leads to a field`);
    assert.notEqual(message, '');
  }
}

// signedOut is refused with a code; what else was asked for is there.
async function signedOut() {
  const stranger = person(server).client;
  const { data, error } = await stranger.query({ query: LIST, variables: { id }, errorPolicy: 'all' });
  assert.equal(data.workspace, null);
  assert.equal(refusal(error).code, 'UNAUTHENTICATED');
  assert.match(refusal(error).requestId, /./);
  assert.equal(refusal(new TypeError('no network')).code, 'NETWORK');
}

// refusals have a code also where the server answers with another status than 200.
async function refusals() {
  const refused = (operation) => operation.then(() => assert.fail('not refused'), refusal);
  const input = { miniProgramId: id, description: '长'.repeat(300_000) };
  const tooLarge = await refused(client.mutate({ ...updateMiniProgram, variables: { input } }));
  assert.equal(client.requests.at(-1).status, 413);
  assert.equal(tooLarge.code, 'PAYLOAD_TOO_LARGE');
  const stranger = person(server).client;
  const tries = Array.from({ length: 11 }, () =>
    stranger.mutate({ mutation: SIGN_IN, variables: { input: { email: 'nobody@example.com', password: 'incorrect' } } }),
  );
  const limited = await refused(Promise.all(tries));
  assert.equal(limited.code, 'RATE_LIMITED');
  assert.ok(limited.retryAfter > 0, `retryAfter is ${limited.retryAfter}`);
}

// seesChangesOfOthers has a page of the workspace open while a master works in it.
async function seesChangesOfOthers() {
  const master = person(server);
  await signIn(master, 'master');
  const open = await owner.open(WORKSPACE_PAGE, { id: demo, withInvitations: true });
  const shown = () => open.getCurrentResult().data.workspace.miniPrograms?.edges.map(({ node }) => node);
  const watching = watchWorkspace(client, demo);
  // Nothing says when the server has begun to watch, so the master changes something until it shows.
  const miniProgramId = shown()[0].id;
  const before = shown()[0].tagline;
  for (let i = 0; [undefined, before].includes(shown()?.[0].tagline); i++) {
    assert.ok(i < 1000, 'no change shows');
    const input = { miniProgramId, tagline: `师傅上门修车，随时在线预约${i % 2}` };
    const { data } = await master.client.mutate({ ...updateMiniProgram, variables: { input } });
    assert.deepEqual(data.updateMiniProgram.userErrors, []);
  }
  await create('龙井小面馆', master.client, demo);
  await until(() => shown()?.[0].name === '龙井小面馆');
  await until(() => open.getCurrentResult().data.workspace.quotas?.[0].used === 4);
  watching.unsubscribe();
  owner.close();
}

// losesAWorkspace is shown no more of a workspace from which it is blocked.
async function losesAWorkspace() {
  const developer = person(server);
  await signIn(developer, 'developer');
  const home = await developer.open(HOME);
  const open = await developer.open(WORKSPACE_PAGE, { id: demo, withInvitations: false });
  const statuses = [];
  watchMembership(developer.client, home.getCurrentResult().data.viewer, demo, (status) => statuses.push(status));
  await until(() => statuses.length === 1);
  const { data } = await client.query({ query: WORKSPACE_PAGE, variables: { id: demo, withInvitations: true } });
  const { node } = data.workspace.members.edges.find((edge) => edge.node.role === 'DEVELOPER');
  const sent = developer.client.requests.length;
  await client.mutate({ ...blockMember, variables: { input: { memberId: node.id } } });
  await until(() => statuses.length === 2);
  assert.deepEqual(statuses, ['ACTIVE', 'BLOCKED']);
  await until(() => open.getCurrentResult().data.workspace === null);
  assert.deepEqual(home.getCurrentResult().data.viewer.memberships.edges, []);
  assert.equal(developer.client.requests.length, sent, 'nothing was asked again');
  developer.close();
}

// listensAfterSigningInAgain subscribes again after signing in: what it listened on before ended with its session.
async function listensAfterSigningInAgain(who) {
  for (const _ of [1, 2]) {
    await signIn(who, 'owner');
    const { viewer } = who.client.readQuery({ query: HOME });
    const statuses = [];
    const watching = watchMembership(who.client, viewer, demo, (status) => statuses.push(status));
    await until(() => statuses.length === 1);
    await enter(who.client, SIGN_OUT);
    await until(() => watching.closed);
  }
}

// shows waits until a watched list shows these names.
async function shows(list, expected) {
  await until(() => JSON.stringify(names(list.getCurrentResult())) === JSON.stringify(expected)).catch(() => {});
  assert.deepEqual(names(list.getCurrentResult()), expected);
}

function names({ data }) {
  return data?.workspace?.miniPrograms?.edges?.map(({ node }) => node.name);
}

async function until(reached) {
  const deadline = Date.now() + 10_000;
  while (!(await reached())) {
    assert.ok(Date.now() < deadline, `${reached} after 10 s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
