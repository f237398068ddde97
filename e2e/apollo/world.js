// What the tests of the cache need: browsers, mails, and comparing what a cache shows with what the server answers.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import WebSocket from 'ws';
import { newClient } from './client.js';

// Apollo Client looks for the browser's own class when a socket is closed.
globalThis.WebSocket ??= WebSocket;

// browser keeps cookies for all clients in it, and counts the requests of each.
export function browser(server) {
  const jar = new Map();
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  class Socket extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { headers: { cookie: cookie() } });
    }
  }
  const client = (options) => {
    const requests = [];
    const fetcher = async (url, options) => {
      const headers = new Headers(options.headers);
      headers.set('Cookie', cookie());
      requests.push({ multipart: options.body instanceof FormData, body: options.body });
      const response = await fetch(url, { ...options, headers });
      requests.at(-1).status = response.status;
      for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        jar.set(name, value);
      }
      return response;
    };
    return Object.assign(newClient({ uri: `${server}/graphql`, fetch: fetcher, webSocketImpl: Socket, ...options }), { requests });
  };
  return { client };
}

// person is somebody at a front end: a client whose pages are open, and a browser in which others can look at the same.
export function person(server, options) {
  const own = browser(server);
  const client = own.client(options);
  const pages = new Map();
  const open = async (query, variables) => {
    const page = client.watchQuery({ query, variables, errorPolicy: 'all' });
    pages.set(page, page.subscribe(() => {}));
    await page.refetch();
    return page;
  };
  const close = (...closed) => {
    for (const page of closed.length > 0 ? closed : pages.keys()) {
      pages.get(page).unsubscribe();
      pages.delete(page);
    }
  };
  // shows fails unless the open pages show what the server would answer now.
  const shows = async (name) => {
    for (const { query, variables } of [...pages.keys()]) {
      const cached = await client.query({ query, variables, fetchPolicy: 'cache-only' });
      const fresh = await own.client().query({ query, variables, fetchPolicy: 'network-only', errorPolicy: 'all' });
      assert.deepEqual(cached.data, fresh.data, `${name}: the cache is not what the server answers`);
    }
  };
  // sends runs what sends a mutation, and fails if more is sent or if the pages do not show the truth then.
  const sends = async (name, run) => {
    const before = client.requests.length;
    const payload = await run();
    assert.deepEqual(payload.userErrors, [], name);
    await new Promise((resolve) => setImmediate(resolve));
    await shows(name);
    const sent = client.requests.slice(before).map(({ body }) => String(body instanceof FormData ? body.get('operations') : body));
    assert.equal(sent.length, 1, `${name}: more than the mutation was sent: ${sent.slice(1)}`);
    return payload;
  };
  // mutate sends a mutation with its documented options.
  const mutate = (name, options, input) =>
    sends(name, async () => Object.values((await client.mutate({ ...options, variables: { input } })).data)[0]);
  return { client, open, close, sends, mutate, again: own.client };
}

// mailbox returns a function that waits for the next mail with a token to an address, and returns the token.
export function mailbox(folder) {
  const read = new Set();
  const tokenIn = (file, address) => {
    const text = file.endsWith('.eml') && !read.has(file) ? readFileSync(join(folder, file), 'utf8') : '';
    return text.includes(`To: <${address}>`) && /#token=(\S+?)\r?$/m.exec(text)?.[1];
  };
  return async (address) => {
    for (let tries = 0; tries < 600; tries++) {
      const file = readdirSync(folder).sort().find((name) => tokenIn(name, address));
      if (file) {
        const token = tokenIn(file, address);
        read.add(file);
        return token;
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    assert.fail(`no mail to ${address}`);
  };
}

// form is a filled in form of a mini program.
export function form(changes) {
  return {
    launchTargetCode: 'ALIPAY_CN',
    name: '西湖小面馆',
    tagline: '现煮杭州面，扫码点餐不排队',
    description: '西湖边的家常面馆。到店扫码点餐、提前订座、查看今日菜单，也可以外卖到家。',
    industryCode: '5812',
    servicePhone: '0571-1234567',
    serviceEmail: 'service@demo.example',
    ...changes,
  };
}
