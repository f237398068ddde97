// Works as a front end on Apollo Client does, against a server with the demo people.
//
//   node apollo.js URL LOGO
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ApolloClient, InMemoryCache, gql } from '@apollo/client/core';
import { relayStylePagination } from '@apollo/client/utilities';
import UploadHttpLink from 'apollo-upload-client/UploadHttpLink.mjs';

const [server, logoPath] = process.argv.slice(2);
const logo = new File([readFileSync(logoPath)], 'logo.png', { type: 'image/png' });

const SIGN_IN = gql`
  mutation SignIn($input: SignInInput!) {
    signIn(input: $input) {
      viewer {
        user {
          id
          displayName
        }
        memberships {
          nodes {
            id
            workspace {
              id
              name
            }
          }
        }
      }
      userErrors {
        code
      }
    }
  }
`;

const OPEN = gql`
  mutation Open($input: CreateWorkspaceInput!) {
    createWorkspace(input: $input) {
      workspace {
        id
      }
    }
  }
`;

const CHOOSE = gql`
  mutation Choose($input: ChooseWorkspaceInput!) {
    chooseWorkspace(input: $input) {
      viewer {
        currentWorkspace {
          id
        }
      }
      userErrors {
        code
      }
    }
  }
`;

// One fragment reads the mistakes of every mutation.
const MISTAKE = gql`
  fragment Mistake on UserError {
    message
    path
  }
`;

const CREATE = gql`
  mutation Create($input: CreateMiniProgramInput!) {
    createMiniProgram(input: $input) {
      miniProgram {
        id
        appId
        name
        logo {
          url
          width
        }
      }
      userErrors {
        code
        ...Mistake
      }
    }
  }
  ${MISTAKE}
`;

const UPDATE = gql`
  mutation Update($input: UpdateMiniProgramInput!) {
    updateMiniProgram(input: $input) {
      miniProgram {
        id
        name
        updatedAt
      }
      userErrors {
        code
        ...Mistake
      }
    }
  }
  ${MISTAKE}
`;

const LIST = gql`
  query List($id: ID!, $first: Int, $after: String, $filter: MiniProgramFilter) {
    workspace(id: $id) {
      id
      miniPrograms(first: $first, after: $after, orderBy: { field: CREATED_AT, direction: ASC }, filter: $filter) {
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

const requests = [];
const client = newClient();
const id = await enter();
const created = [];
for (let i = 1; i <= 5; i++) {
  created.push(await create(`西湖小面馆${i}`));
}
await page();
await update();
await seeMistakes();
await signedOut();
console.log(`${requests.length} requests`);

// newClient is set up as the documentation of Apollo Client says. Only cookies are our own: Node.js keeps none.
function newClient() {
  return new ApolloClient({
    link: new UploadHttpLink({
      uri: `${server}/graphql`,
      headers: { 'Apollo-Require-Preflight': 'true' },
      fetch: withCookies(),
    }),
    cache: new InMemoryCache({
      typePolicies: {
        Workspace: { fields: { miniPrograms: relayStylePagination(['orderBy', 'filter']) } },
      },
    }),
  });
}

function withCookies() {
  const jar = new Map();
  return async (url, options) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = new Headers(options.headers);
    if (cookie) {
      headers.set('Cookie', cookie);
    }
    const response = await fetch(url, { ...options, headers });
    requests.push({ multipart: options.body instanceof FormData, status: response.status });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      jar.set(name, value);
    }
    return response;
  };
}

async function enter() {
  const input = { email: 'owner@demo.example', password: 'demo-password-1' };
  const { data } = await client.mutate({ mutation: SIGN_IN, variables: { input } });
  assert.deepEqual(data.signIn.userErrors, []);
  assert.equal(data.signIn.viewer.memberships.nodes[0].workspace.name, 'Demo Merchant');
  const opened = await client.mutate({ mutation: OPEN, variables: { input: { name: 'Apollo Merchant' } } });
  const { workspace } = opened.data.createWorkspace;
  const chosen = await client.mutate({ mutation: CHOOSE, variables: { input: { workspaceId: workspace.id } } });
  assert.equal(chosen.data.chooseWorkspace.viewer.currentWorkspace.id, workspace.id, 'the cookie was kept');
  return workspace.id;
}

// form is a filled in form, its logo a file.
function form(changes) {
  return {
    workspaceId: id,
    launchTargetCode: 'ALIPAY_CN',
    name: '西湖小面馆',
    tagline: '现煮杭州面，扫码点餐不排队',
    description: '西湖边的家常面馆。到店扫码点餐、提前订座、查看今日菜单，也可以外卖到家。',
    industryCode: '5812',
    servicePhone: '0571-1234567',
    serviceEmail: 'service@demo.example',
    logo: { file: logo },
    ...changes,
  };
}

async function create(name) {
  const { data } = await client.mutate({ mutation: CREATE, variables: { input: form({ name }) } });
  assert.deepEqual(data.createMiniProgram.userErrors, []);
  const { miniProgram } = data.createMiniProgram;
  assert.deepEqual(requests.at(-1), { multipart: true, status: 200 });
  assert.match(miniProgram.appId, /^[1-9][0-9]{15}$/);
  const picture = await fetch(miniProgram.logo.url);
  assert.equal(picture.headers.get('Content-Type'), 'image/png');
  assert.equal(miniProgram.logo.width, 64);
  return miniProgram;
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
    await shows(list, created.slice(0, seen).map(({ name }) => name));
  }
  const { pageInfo, totalCount } = list.getCurrentResult().data.workspace.miniPrograms;
  assert.equal(pageInfo.hasNextPage, false);
  assert.equal(totalCount, 5);
  const filtered = await client.query({ query: LIST, variables: { id, first: 2, filter: { search: '馆5' } } });
  assert.deepEqual(names(filtered), ['西湖小面馆5']);
  await shows(list, created.map(({ name }) => name));
  subscription.unsubscribe();
}

// update changes what the list shows, without another request for it.
async function update() {
  const list = client.watchQuery({ query: LIST, variables: { id, first: 2 }, fetchPolicy: 'cache-only' });
  const subscription = list.subscribe(() => {});
  await shows(list, created.map(({ name }) => name));
  const asked = requests.length;
  const input = { miniProgramId: created[3].id, name: '断桥小面馆' };
  const { data } = await client.mutate({ mutation: UPDATE, variables: { input } });
  assert.deepEqual(data.updateMiniProgram.userErrors, []);
  await shows(list, ['西湖小面馆1', '西湖小面馆2', '西湖小面馆3', '断桥小面馆', '西湖小面馆5']);
  assert.equal(requests.length, asked + 1, 'only the mutation was sent');
  subscription.unsubscribe();
}

// seeMistakes shows each mistake beside the field that its path leads to.
async function seeMistakes() {
  const broken = new File(['no picture'], 'logo.png', { type: 'image/png' });
  const input = form({ name: '断桥小面馆', tagline: '', servicePhone: '12', logo: { file: broken } });
  const { data } = await client.mutate({ mutation: CREATE, variables: { input } });
  assert.equal(data.createMiniProgram.miniProgram, null);
  const shown = {};
  for (const { path, message, code } of data.createMiniProgram.userErrors) {
    const field = path.reduce((inside, step) => inside?.[step], { input });
    assert.notEqual(field, undefined, `${path} leads to a field`);
    assert.notEqual(message, '');
    shown[path.join('.')] = code;
  }
  assert.deepEqual(shown, {
    'input.name': 'TAKEN',
    'input.tagline': 'BLANK',
    'input.logo': 'UNSUPPORTED_TYPE',
    'input.servicePhone': 'INVALID_FORMAT',
  });
}

// signedOut sees a refusal as an error with a code.
async function signedOut() {
  const stranger = newClient();
  const { data, error } = await stranger.query({ query: LIST, variables: { id }, errorPolicy: 'all' });
  assert.equal(data.workspace, null);
  assert.equal(error.errors[0].extensions.code, 'UNAUTHENTICATED');
}

// shows waits until a watched list shows these names.
async function shows(list, expected) {
  const deadline = Date.now() + 5_000;
  while (JSON.stringify(names(list.getCurrentResult())) !== JSON.stringify(expected) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.deepEqual(names(list.getCurrentResult()), expected);
}

function names({ data }) {
  return data?.workspace?.miniPrograms?.edges.map(({ node }) => node.name);
}
