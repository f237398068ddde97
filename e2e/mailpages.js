// Follows the links of mails as their receivers do, in a real browser, on a small screen.
//
//   node mailpages.js URL MAILS PICTURES
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch, watch } from './browser.js';

const [server, mails, pictures] = process.argv.slice(2);
const origin = new URL(server).origin;
const password = 'correct horse battery';
const wrong = []; // an array of each page, which is filled while the page is open
const used = new Set();

const browser = await launch();
try {
  await confirmsAnAddress();
  await changesAnAddress();
  await setsAPassword();
  const ann = await visitor();
  await ask(ann, 'mutation($i: SignInInput!) { signIn(input: $i) { userErrors { code } } }', {
    i: { email: 'ann@new.example', password: 'another horse battery' },
  });
  const { createWorkspace } = await ask(ann, 'mutation { createWorkspace(input: {name: "Ann & Co"}) { workspace { id } } }');
  const invite = inviter(ann, createWorkspace.workspace.id);
  await joinsWithANewAccount(invite);
  await signsInToAccept(invite);
  await changesTheAccountToAccept(invite);
  await findsWithdrawnInvitations(invite, ann);
  await acceptsWithASecondFactor(ann);
  await seesIncompleteLinks();
  assert.deepEqual(wrong.flat(), [], 'nothing went wrong in the browser');
} finally {
  await browser.close();
}

async function confirmsAnAddress() {
  const ann = await visitor();
  await signUp(ann, 'ann');
  const link = await linkTo('ann@example.com');
  const page = await open(link, await visitor(), 'ready');
  await picture(page, 'confirm-email');
  const sent = count(page, 'mutation ConfirmEmail');
  await page.getByRole('button', { name: 'Confirm' }).dblclick();
  await shown(page, 'done');
  assert.match(await page.locator('main').innerText(), /ann@example\.com/);
  assert.equal(sent.n, 1, 'a double click sends one request');
  assert.equal(new URL(page.url()).hash, '', 'the token is gone from the address');
  await picture(page, 'confirm-email-done');
  const { viewer } = await ask(ann, '{ viewer { emailConfirmed } }');
  assert.equal(viewer.emailConfirmed, true);

  const again = await open(link, await visitor(), 'ready');
  await again.getByRole('button', { name: 'Confirm' }).click();
  await shown(again, 'invalid');
  await picture(again, 'confirm-email-invalid');
}

async function changesAnAddress() {
  const ann = await visitor();
  await ask(ann, 'mutation($i: SignInInput!) { signIn(input: $i) { userErrors { code } } }', { i: { email: 'ann@example.com', password } });
  const change = 'mutation($i: ChangeEmailInput!) { changeEmail(input: $i) { userErrors { code } } }';
  await ask(ann, change, { i: { email: 'ann@new.example', password } });
  const page = await open(await linkTo('ann@new.example'), await visitor('zh-CN'), 'ready');
  await picture(page, 'confirm-email-zh');
  await page.getByRole('button', { name: '确认' }).click();
  await shown(page, 'done');
  assert.match(await page.locator('main').innerText(), /电子邮箱已确认[^]*ann@new\.example/);
  assert.equal((await ask(ann, '{ viewer { user { email } } }')).viewer.user.email, 'ann@new.example');
}

async function setsAPassword() {
  await ask(await visitor(), 'mutation { requestPasswordReset(input: {email: "ann@new.example"}) { userErrors { code } } }');
  const link = await linkTo('ann@new.example');
  const page = await open(link, await visitor(), 'ready');
  const button = page.getByRole('button', { name: 'Set password' });
  await button.click();
  await complaint(page, 'ready', 'newPassword');
  await field(page, 'New password').fill('short');
  await button.click();
  assert.match(await complaint(page, 'ready', 'newPassword'), /at least 8/);
  await field(page, 'Show password').check();
  assert.equal(await field(page, 'New password').getAttribute('type'), 'text');
  await picture(page, 'reset-password');
  await field(page, 'New password').fill('another horse battery');
  await field(page, 'New password').press('Enter');
  await shown(page, 'done');
  await picture(page, 'reset-password-done');

  const again = await open(link, await visitor(), 'ready');
  await field(again, 'New password').fill('a third horse battery');
  await again.getByRole('button', { name: 'Set password' }).click();
  await shown(again, 'invalid');
}

async function joinsWithANewAccount(invite) {
  await invite('bob', 'MASTER');
  const link = await linkTo('bob@example.com');
  const page = await open(link, await visitor(), 'join');
  const text = await page.locator('main').innerText();
  for (const part of ['Ann & Co', 'ann', 'Master', 'bob@example.com']) {
    assert.ok(text.includes(part), `${part} is not in ${text}`);
  }
  assert.equal(await field(page, 'Your name').inputValue(), 'bob');
  await field(page, 'Your name').fill('');
  await field(page, 'Password').fill('short');
  await page.getByRole('button').click();
  await complaint(page, 'join', 'displayName');
  await complaint(page, 'join', 'password');
  await picture(page, 'invitation-join');
  await field(page, 'Your name').fill('Bob');
  await field(page, 'Password').fill(password);
  const sent = count(page, 'mutation AcceptInvitation');
  await page.getByRole('button').dblclick();
  await shown(page, 'done');
  assert.equal(sent.n, 1);
  await picture(page, 'invitation-done');
  await isMember(page, 'bob@example.com');

  const again = await open(link, page.context(), 'invalid');
  await picture(again, 'invitation-invalid');
}

async function signsInToAccept(invite) {
  await signUp(await visitor(), 'carol');
  await invite('carol', 'MASTER');
  const page = await open(await linkTo('carol@example.com'), await visitor('zh-CN'), 'sign-in');
  await field(page, '密码').fill('incorrect');
  await page.getByRole('button').click();
  await complaint(page, 'sign-in', '');
  await picture(page, 'invitation-sign-in-zh');
  await field(page, '密码').fill(password);
  await page.getByRole('button').click();
  await shown(page, 'done');
  await isMember(page, 'carol@example.com');
}

async function changesTheAccountToAccept(invite) {
  const dave = await visitor();
  await signUp(dave, 'dave');
  await invite('dave', 'MASTER');
  const link = await linkTo('dave@example.com');
  const other = await visitor();
  await signUp(other, 'erin');
  const page = await open(link, other, 'other');
  await picture(page, 'invitation-other');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await shown(page, 'sign-in');

  const own = await open(link, dave, 'accept');
  await picture(own, 'invitation-accept');
  await own.getByRole('button', { name: 'Accept' }).click();
  await shown(own, 'done');
  await isMember(own, 'dave@example.com');

  await field(page, 'Password').fill(password);
  await page.getByRole('button').click();
  await shown(page, 'invalid'); // accepted meanwhile in the other tab
}

async function findsWithdrawnInvitations(invite, ann) {
  const id = await invite('frank', 'MASTER');
  const link = await linkTo('frank@example.com');
  const page = await open(link, await visitor(), 'join');
  await ask(ann, 'mutation($id: ID!) { withdrawInvitation(input: {invitationId: $id}) { userErrors { code } } }', { id });
  await field(page, 'Password').fill(password);
  await page.getByRole('button').click();
  await shown(page, 'invalid');
}

async function acceptsWithASecondFactor(ann) {
  const bob = await visitor();
  await ask(bob, 'mutation($i: SignInInput!) { signIn(input: $i) { userErrors { code } } }', { i: { email: 'bob@example.com', password } });
  const { enableTotp } = await ask(bob, 'mutation($i: EnableTotpInput!) { enableTotp(input: $i) { totpSecret { secret } userErrors { code } } }', {
    i: { password },
  });
  const { confirmTotp } = await ask(bob, 'mutation($i: ConfirmTotpInput!) { confirmTotp(input: $i) { recoveryCodes userErrors { code } } }', {
    i: { code: totp(enableTotp.totpSecret.secret) },
  });
  const { createWorkspace } = await ask(ann, 'mutation { createWorkspace(input: {name: "Second"}) { workspace { id } userErrors { code } } }');
  await inviter(ann, createWorkspace.workspace.id)('bob', 'MASTER');
  const page = await open(await linkTo('bob@example.com'), await visitor(), 'sign-in');
  await field(page, 'Password').fill(password);
  await page.getByRole('button').click();
  await shown(page, 'totp');
  await field(page, 'Code').fill('no code');
  await page.getByRole('button').click();
  await complaint(page, 'totp', 'code');
  await picture(page, 'invitation-totp');
  await field(page, 'Code').fill(confirmTotp.recoveryCodes[0]);
  await page.getByRole('button').click();
  await shown(page, 'done');
}

// totp returns the code that an authenticator app shows now.
function totp(secret) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  return String((mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function seesIncompleteLinks() {
  for (const path of ['confirm-email', 'reset-password', 'invitation']) {
    await open(`${server}/${path}`, await visitor(), 'incomplete');
  }
  await open(`${server}/invitation#token=nonsense`, await visitor(), 'invalid');
}

// visitor is a browser of its own, on a phone.
function visitor(locale = 'en-US') {
  return browser.newContext({ viewport: { width: 390, height: 844 }, locale });
}

// open follows a link, and waits for a state of the page.
async function open(link, context, state) {
  const page = await context.newPage();
  const found = await watch(page, origin);
  wrong.push(found);
  const token = new URLSearchParams(new URL(link).hash.slice(1)).get('token');
  page.on('request', async (request) => {
    const { referer } = await request.allHeaders().catch(() => ({}));
    if (token && (request.url().split('#')[0].includes(token) || referer?.includes(token))) {
      found.push(`the token is sent in ${request.url()} or its referrer ${referer}`);
    }
  });
  await page.goto(link);
  await shown(page, state);
  return page;
}

// shown waits until this state is shown, and fails if the page is wider than the screen.
async function shown(page, state) {
  await page.locator(`[data-state="${state}"]:visible`).waitFor();
  assert.equal(await page.locator('[data-state]:visible').count(), 1);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `the page is ${width} pixels wide`);
}

// field finds a field of the form that is shown.
function field(page, label) {
  return page.locator('[data-state]:visible').getByLabel(label, { exact: true });
}

async function complaint(page, state, name) {
  const place = page.locator(`[data-state="${state}"] [data-error="${name}"]:visible`);
  await place.waitFor();
  return place.innerText();
}

function count(page, text) {
  const counted = { n: 0 };
  page.on('request', (request) => (counted.n += request.postData()?.includes(text) ? 1 : 0));
  return counted;
}

async function picture(page, name) {
  if (pictures) {
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  }
}

// ask sends an operation from a browser's context, with its cookies.
async function ask(context, query, variables) {
  const response = await context.request.post(`${server}/graphql`, { data: { query, variables } });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  for (const { userErrors } of Object.values(data)) {
    assert.deepEqual(userErrors ?? [], []);
  }
  return data;
}

async function signUp(context, name) {
  await ask(context, 'mutation($i: SignUpInput!) { signUp(input: $i) { userErrors { code } } }', {
    i: { email: `${name}@example.com`, password, displayName: name },
  });
  if (name !== 'ann') {
    used.add(await fileTo(`${name}@example.com`));
  }
}

// inviter returns a function that invites somebody, and returns the invitation's id.
function inviter(context, workspaceId) {
  return async (name, role) => {
    const { inviteMembers } = await ask(
      context,
      'mutation($i: InviteMembersInput!) { inviteMembers(input: $i) { invitations { id } userErrors { code } } }',
      { i: { workspaceId, invitations: [{ name, email: `${name}@example.com`, role }] } },
    );
    return inviteMembers.invitations[0].id;
  };
}

async function isMember(page, email) {
  const { viewer } = await ask(page.context(), '{ viewer { user { email } emailConfirmed memberships { nodes { workspace { name } } } } }');
  assert.equal(viewer.user.email, email);
  assert.equal(viewer.emailConfirmed, true);
  assert.deepEqual(viewer.memberships.nodes, [{ workspace: { name: 'Ann & Co' } }]);
}

// linkTo waits for the next mail to an address, and returns the link in its text as it stands there.
async function linkTo(address) {
  const file = await fileTo(address);
  used.add(file);
  const link = /^(https?:\/\/\S+#token=\S+)\r?$/m.exec(readFileSync(join(mails, file), 'utf8'));
  assert.ok(link, `no link in ${file}`);
  return link[1];
}

async function fileTo(address) {
  for (let tries = 0; tries < 600; tries++) {
    const isNew = (file) => file.endsWith('.eml') && !used.has(file) && readFileSync(join(mails, file), 'utf8').includes(`To: <${address}>`);
    const found = readdirSync(mails).filter(isNew).sort();
    if (found.length > 0) {
      return found[0];
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail(`no mail to ${address}`);
}
