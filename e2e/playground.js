// Goes through the playground as a newcomer does, in a real browser, against a server with the demo people.
//
//   node playground.js URL SCREENSHOT
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { launch, watch } from './browser.js';

const [server, screenshot] = process.argv.slice(2);
const origin = new URL(server).origin;

// The page gives a stream up with its last event, and it is chance whether the browser has seen the end of the response by then.
const isGivenUp = (request, errorText) => errorText === 'net::ERR_ABORTED' && request.postData()?.includes('subscription Ended');

const browser = await launch();
try {
  await journey(await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: 'en-US' }));
  await onAPhone(await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, locale: 'en-US' }));
} finally {
  await browser.close();
}

async function journey(context) {
  const page = await context.newPage();
  const wrong = await watch(page, origin, isGivenUp);

  await page.goto(`${server}/`, { waitUntil: 'networkidle' });
  assert.equal(page.url(), `${origin}/playground`, 'the root leads to the playground');

  const look = await run(page, 'LookAround');
  assert.equal(look.errors, undefined);
  assert.equal(look.data.launchTargets[0].code, 'ALIPAY_CN');
  assert.equal(look.data.industries.nodes[0].code, '5812');
  assert.equal(look.data.viewer, null);

  await open(page, 'SignIn');
  const { viewer, userErrors } = (await run(page, 'SignIn')).data.signIn;
  assert.deepEqual(userErrors, []);
  const [{ role, workspace }] = viewer.memberships.nodes;
  assert.equal(role, 'OWNER');
  assert.equal(workspace.name, 'Demo Merchant');

  await open(page, 'CreateMiniProgram');
  await page.evaluate((id) => {
    const editor = document.querySelector('.graphiql-editor-tool .graphiql-editor:not(.hidden) .CodeMirror').CodeMirror;
    const variables = JSON.parse(editor.getValue());
    variables.input.workspaceId = id;
    editor.setValue(JSON.stringify(variables, null, 2));
  }, workspace.id);
  const created = (await run(page, 'CreateMiniProgram')).data.createMiniProgram;
  assert.deepEqual(created.userErrors, []);
  assert.deepEqual(created.warnings, []);
  assert.equal(created.miniProgram.status, 'CREATED');
  assert.match(created.miniProgram.appId, /^[1-9][0-9]{15}$/);
  assert.equal(created.miniProgram.language, 'zh-Hans');
  await seeLogo(page, created.miniProgram.logo);
  await picture(page);

  const again = (await run(page, 'CreateMiniProgram')).data.createMiniProgram;
  assert.equal(again.miniProgram, null);
  assert.deepEqual(
    again.userErrors.map(({ code, path }) => ({ code, path })),
    [{ code: 'TAKEN', path: ['input', 'name'] }],
  );

  await upload(page, created.miniProgram);
  await listen(page);
  assert.deepEqual(wrong, [], 'nothing went wrong in the browser');
}

// onAPhone looks whether all that one needs is on a small screen.
async function onAPhone(context) {
  const page = await context.newPage();
  const wrong = await watch(page, origin, isGivenUp);
  await page.goto(`${server}/playground`, { waitUntil: 'networkidle' });
  const isOnScreen = async (selector, width, height) => {
    const box = await page.locator(selector).first().boundingBox();
    const fits = box && box.x >= 0 && box.y >= 0 && box.x + box.width <= 390 && box.y + box.height <= 844;
    assert.ok(fits && box.width >= width && box.height >= height, `${selector} is at ${JSON.stringify(box)}`);
  };
  await isOnScreen('.graphiql-tabs', 250, 30);
  await isOnScreen('.graphiql-query-editor .graphiql-editor', 250, 150);
  await isOnScreen('.graphiql-execute-button', 40, 40);
  await isOnScreen('.graphiql-editor-tools', 250, 30);
  const look = await run(page, 'LookAround');
  assert.equal(look.errors, undefined);
  await isOnScreen('.graphiql-response', 350, 200);
  await open(page, 'UploadFile'); // the last tab
  await page.locator('.graphiql-sidebar button').first().tap();
  await isOnScreen('.graphiql-doc-explorer-title', 30, 20);
  await page.locator('.graphiql-sidebar button').first().tap();
  await isOnScreen('.graphiql-query-editor .graphiql-editor', 250, 150);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  assert.deepEqual(wrong, [], 'nothing went wrong on the phone');
}

// upload runs the commands that the last tab shows, with the id of a mini program from its answer.
async function upload(page, { id, logo }) {
  await open(page, 'UploadFile');
  const miniPrograms = async () => (await run(page, 'UploadFile')).data.viewer.memberships.nodes[0].workspace.miniPrograms.nodes;
  assert.ok((await miniPrograms()).some((one) => one.id === id && one.logo.url === logo.url));
  const shown = await page.evaluate(() => document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.getValue());
  const commands = /^# curl [^]*?@logo\.png'$/m.exec(shown)[0].replaceAll(/^# ?/gm, '').replace('THE ID', id);
  const folder = await mkdtemp(join(tmpdir(), 'minidock-upload-'));
  try {
    await writeFile(join(folder, 'logo.png'), await page.screenshot({ clip: { x: 0, y: 0, width: 200, height: 200 } }));
    const { stdout } = await promisify(execFile)('sh', ['-ec', commands], { cwd: folder });
    assert.match(stdout, /"updateMiniProgram":\{"miniProgram":\{"logo":\{"url":/);
  } finally {
    await rm(folder, { recursive: true });
  }
  assert.ok((await miniPrograms()).some((one) => one.id === id && one.logo.url !== logo.url), 'the logo was changed');
}

// open changes to a tab.
async function open(page, title) {
  await page.locator('.graphiql-tab-button', { hasText: title }).click();
  await page.waitForFunction(
    (name) => document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.getValue().includes(name),
    ` ${title}`,
  );
}

// run sends the open tab's operation and returns its answer once it is shown.
async function run(page, operation) {
  const [response] = await Promise.all([
    page.waitForResponse((r) => r.request().method() === 'POST' && r.request().postData().includes(` ${operation}`)),
    page.locator('.graphiql-execute-button').click(),
  ]);
  assert.equal(response.status(), 200);
  const answer = await response.json();
  await page.waitForFunction((expected) => {
    try {
      const shown = document.querySelector('.graphiql-response .CodeMirror').CodeMirror.getValue();
      return JSON.stringify(JSON.parse(shown)) === expected;
    } catch {
      return false;
    }
  }, JSON.stringify(answer));
  return answer;
}

// listen subscribes to the session's end and then ends it.
async function listen(page) {
  await page.evaluate(() => {
    const editor = document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror;
    editor.setValue('subscription Ended { sessionEnded { reason } }');
  });
  const [stream] = await Promise.all([
    page.waitForResponse((r) => r.request().method() === 'POST' && r.request().postData().includes('sessionEnded')),
    page.locator('.graphiql-execute-button').click(),
  ]);
  assert.match(stream.headers()['content-type'], /^text\/event-stream/);
  await page.evaluate(() =>
    fetch('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: 'mutation { signOut { viewer { user { id } } } }' }),
    }).then((response) => response.text()), // an answer that is not read may be given up, which is a failed request
  );
  await page.waitForFunction(() =>
    document.querySelector('.graphiql-response .CodeMirror').CodeMirror.getValue().includes('SIGNED_OUT'),
  );
}

// seeLogo lets the browser fetch and decode a logo.
async function seeLogo(page, { url, width, height }) {
  const logo = await page.evaluate(async (address) => {
    const response = await fetch(address, { credentials: 'omit' });
    const bitmap = await createImageBitmap(await response.blob());
    return { type: response.headers.get('Content-Type'), width: bitmap.width, height: bitmap.height };
  }, url);
  assert.deepEqual(logo, { type: 'image/png', width, height });
}

// picture takes a screenshot in which no line of the editors is cut.
async function picture(page) {
  await drag(page, page.locator('.graphiql-horizontal-drag-bar').last(), 60, 0);
  await drag(page, page.locator('.graphiql-editor-tools'), 0, -18);
  await page.mouse.move(1390, 890);
  await page.evaluate(async () => {
    document.activeElement.blur();
    await document.fonts.ready;
  });
  await page.screenshot({ path: screenshot, animations: 'disabled' });
}

async function drag(page, handle, right, down) {
  const box = await handle.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + Math.min(box.height / 2, 8)];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + right, y + down, { steps: 5 });
  await page.mouse.up();
}
