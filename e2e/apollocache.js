// Sends every mutation with Apollo Client as docs/clients.md says, and compares what the cache shows then with what the server answers:
// it must be the same, without another request.
//
//   node apollocache.js URL MAILS LOGO
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import * as account from './apollo/account.js';
import { createApiToken, revokeApiToken } from './apollo/apitoken.js';
import { possibleTypes, typePolicies } from './apollo/cache.js';
import { createMiniProgram, updateMiniProgram } from './apollo/miniprogram.js';
import * as member from './apollo/member.js';
import { API_TOKENS_PAGE, HOME, STAFF, VERSIONS_PAGE, WORKSPACE_PAGE } from './apollo/queries.js';
import { addStaff, removeStaff } from './apollo/staff.js';
import { deleteVersion, uploadVersion } from './apollo/version.js';
import * as workspace from './apollo/workspace.js';
import { form, mailbox, person } from './apollo/world.js';

const [server, mails, logoPath] = process.argv.slice(2);
const logo = new File([readFileSync(logoPath)], 'logo.png', { type: 'image/png' });
// A package with app.json and a page.
const zip = Buffer.from(
  'UEsDBBQAAAAAAAAAIVyrG4deDwAAAA8AAAAIAAAAYXBwLmpzb257InBhZ2VzIjpbImEiXX1QSwMEFAAAAAAAAAAhXJq3zTUHAAAABwAAAAYAAABhLmF4bWw8dmlldy8+UEsDBBQAAAAAAAAA' +
    'IVzr19l6CQAAAAkAAAAEAAAAYS5qc1BhZ2Uoe30pO1BLAQIUAxQAAAAAAAAAIVyrG4deDwAAAA8AAAAIAAAAAAAAAAAAAACAAQAAAABhcHAuanNvblBLAQIUAxQAAAAAAAAAIVyat801BwAA' +
    'AAcAAAAGAAAAAAAAAAAAAACAATUAAABhLmF4bWxQSwECFAMUAAAAAAAAACFc69fZegkAAAAJAAAABAAAAAAAAAAAAAAAgAFgAAAAYS5qc1BLBQYAAAAAAwADAJwAAACLAAAAAAA=',
  'base64',
);
const token = mailbox(mails);
const password = 'correct horse battery';
const demo = (name) => ({ email: `${name}@demo.example`, password: 'demo-password-1' });
const sent = new Set();
let guests = 0;
const schema = buildSchema(readFileSync(new URL('../schema.graphqls', import.meta.url), 'utf8'));

// What Apollo Client finds amiss with the policies, it writes to the console.
const complaints = [];
console.warn = console.error = (...parts) => complaints.push(parts.join(' '));

policiesFitTheSchema();
await ofAnAccount();
await ofVersions();
await ofAWorkspace();
await ofTheStaff();
assert.deepEqual([...sent].sort(), Object.keys(schema.getMutationType().getFields()).sort(), 'every mutation was sent');
assert.deepEqual(complaints, []);
console.log(`${sent.size} mutations`);
process.exit(0);

function policiesFitTheSchema() {
  const nodes = schema.getPossibleTypes(schema.getType('Node')).map(({ name }) => name);
  assert.deepEqual(possibleTypes.Node, nodes.sort());
  for (const type of Object.values(schema.getTypeMap())) {
    for (const field of Object.values(type.getFields?.() ?? {})) {
      if (/Connection$/.test(field.type.toString().replace('!', ''))) {
        const keys = field.args.map(({ name }) => name).filter((name) => !['first', 'after', 'last', 'before'].includes(name));
        const { keyArgs } = typePolicies[type.name].fields[field.name];
        assert.deepEqual([keyArgs || []].flat().sort(), keys.sort(), `${type.name}.${field.name}`);
      }
    }
  }
}

// of returns what sends a mutation by its name.
function of(who) {
  return {
    enter: (name, mutation, input) => {
      sent.add(name);
      return who.sends(name, () => account.enter(who.client, mutation, input));
    },
    mutate: (name, options, input) => {
      sent.add(name);
      return who.mutate(name, options, input);
    },
  };
}

async function ofAnAccount() {
  const ann = person(server);
  const { enter, mutate } = of(ann);
  const home = await ann.open(HOME);
  await enter('signUp', account.SIGN_UP, { email: 'ann@example.com', password, displayName: 'Ann' });
  await token('ann@example.com');
  await mutate('requestEmailConfirmation', account.requestEmailConfirmation);
  await mutate('confirmEmail', account.confirmEmail, { token: await token('ann@example.com') });
  await mutate('updateProfile', account.updateProfile, { displayName: 'Ann Lee', locale: 'zh-Hans' });
  await mutate('changeEmail', account.changeEmail, { email: 'lee@example.com', password });
  await mutate('confirmEmail', account.confirmEmail, { token: await token('lee@example.com') });

  const email = 'lee@example.com';
  await secondSession(email, home);
  const changed = 'another horse battery';
  await mutate('changePassword', account.changePassword, { currentPassword: password, newPassword: changed });

  const { totpSecret } = await mutate('enableTotp', account.enableTotp, { password: changed });
  await secondSession(email, home, changed);
  const { recoveryCodes } = await mutate('confirmTotp', account.confirmTotp, { code: totp(totpSecret.secret) });
  await enter('signOut', account.SIGN_OUT);
  assert.equal(home.getCurrentResult().data.viewer, null);
  const { challenge } = await enter('signIn', account.SIGN_IN, { email, password: changed });
  await enter('signInWithTotp', account.SIGN_IN_WITH_TOTP, { challenge: challenge.token, code: recoveryCodes[0] });
  assert.equal(home.getCurrentResult().data.viewer.recoveryCodesLeft, recoveryCodes.length - 1);
  await mutate('disableTotp', account.disableTotp, { password: changed, code: recoveryCodes[1] });

  const other = await secondSession(email, home, changed);
  await mutate('endSession', account.endSession, { sessionId: other });

  await mutate('requestPasswordReset', account.requestPasswordReset, { email });
  await enter('resetPassword', account.RESET_PASSWORD, { token: await token(email), newPassword: password });
  assert.equal(home.getCurrentResult().data.viewer, null);
  await enter('signIn', account.SIGN_IN, { email, password });
  await enter('signIn', account.SIGN_IN, { email, password });
  await enter('signOutEverywhere', account.SIGN_OUT_EVERYWHERE);
  ann.close();
}

// secondSession signs in elsewhere too, lets a page show that, and returns the session's id.
async function secondSession(email, home, secret = password) {
  const elsewhere = person(server);
  await account.enter(elsewhere.client, account.SIGN_IN, { email, password: secret });
  const { data } = await home.refetch();
  assert.equal(data.viewer.sessions.totalCount, 2);
  return data.viewer.sessions.edges.map(({ node }) => node).find(({ current }) => !current).id;
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

async function ofAWorkspace() {
  const owner = person(server);
  const { enter, mutate } = of(owner);
  const home = await owner.open(HOME);
  await enter('signIn', account.SIGN_IN, demo('owner'));
  const { data } = home.getCurrentResult();
  const id = data.viewer.memberships.edges[0].node.workspace.id;
  const page = await owner.open(WORKSPACE_PAGE, { id, withInvitations: true });
  const see = () => page.getCurrentResult().data.workspace;
  const memberId = (name) => see().members.edges.find(({ node }) => node.user.email === `${name}@demo.example`).node.id;
  const [, first, second] = see().miniPrograms.edges.map(({ node }) => node.id);

  const created = await mutate('createWorkspace', workspace.createWorkspace, { name: 'Second' });
  await mutate('chooseWorkspace', workspace.chooseWorkspace, { workspaceId: created.workspace.id });
  await mutate('renameWorkspace', workspace.renameWorkspace, { workspaceId: id, name: 'Renamed Merchant' });
  const made = await mutate('createMiniProgram', createMiniProgram, form({ workspaceId: id, logo: { file: logo } }));
  assert.equal(see().miniPrograms.edges[0].node.name, '西湖小面馆');
  await mutate('updateMiniProgram', updateMiniProgram, { miniProgramId: made.miniProgramEdge.node.id, name: '断桥小面馆', logo: { file: logo } });
  await mutate('updateMiniProgram', updateMiniProgram, { miniProgramId: first, name: '茶馆小面馆' });

  const { invitationEdges } = await mutate('inviteMembers', member.inviteMembers, {
    workspaceId: id,
    invitations: [
      { name: 'Lee', email: 'lee@example.com', role: 'DEVELOPER', miniProgramIds: [first, second] },
      { name: 'Kim', email: 'kim@example.com', role: 'MASTER' },
      { name: 'Pat', email: 'pat@example.com', role: 'MASTER' },
    ],
  });
  const invitation = invitationEdges.map(({ node }) => node.id);
  const sentFirst = { lee: await token('lee@example.com'), kim: await token('kim@example.com') };
  await mutate('resendInvitation', member.resendInvitation, { invitationId: invitation[1] });
  await mutate('withdrawInvitation', member.withdrawInvitation, { invitationId: invitation[2] });
  const rejoin = await acceptInvitations(sentFirst.lee, await token('kim@example.com'));
  await page.refetch();

  const [lee] = see().members.edges.map(({ node }) => node).filter(({ user }) => user.email === 'lee@example.com');
  await mutate('assignMiniPrograms', member.assignMiniPrograms, { memberId: lee.id, miniProgramIds: [second] });
  await mutate('assignMiniPrograms', member.assignMiniPrograms, { memberId: lee.id, miniProgramIds: [first, second] });
  await mutate('blockMember', member.blockMember, { memberId: lee.id });
  await mutate('unblockMember', member.unblockMember, { memberId: lee.id });
  await mutate('changeMemberRole', member.changeMemberRole, { memberId: lee.id, role: 'MASTER' });
  await mutate('changeMemberRole', member.changeMemberRole, { memberId: lee.id, role: 'DEVELOPER' });
  await mutate('assignMiniPrograms', member.assignMiniPrograms, { memberId: lee.id, miniProgramIds: [first] });
  await mutate('removeMember', member.removeMember, { memberId: lee.id });
  await mutate('inviteMembers', member.inviteMembers, {
    workspaceId: id,
    invitations: [{ name: 'Lee', email: 'lee@example.com', role: 'MASTER' }],
  });
  await rejoin(await token('lee@example.com'));

  await page.refetch();
  const tokens = await owner.open(API_TOKENS_PAGE, { id });
  const list = () => tokens.getCurrentResult().data.workspace.apiTokens.edges.map(({ node }) => node);
  const { secret } = await mutate('createApiToken', createApiToken, { workspaceId: id, name: 'CI', scopes: ['UPLOAD'], miniProgramIds: [first] });
  await mutate('createApiToken', createApiToken, { workspaceId: id, name: 'Deployment', scopes: ['CONFIGURE'] });
  assert.deepEqual(list().map(({ name }) => name), ['Deployment', 'CI']);
  assert.match(secret, /^mdk_[0-9A-Za-z]{49}$/);
  await mutate('revokeApiToken', revokeApiToken, { apiTokenId: list()[1].id });
  assert.notEqual(list()[1].revokedAt, null);

  await masterInvites(id, page, tokens);
  const demoted = await mutate('changeMemberRole', member.changeMemberRole, { memberId: memberId('master'), role: 'DEVELOPER' });
  assert.equal(demoted.withdrawnInvitations.length, 1);
  assert.deepEqual(demoted.revokedApiTokens.map((one) => one.id), [list()[0].id]);
  await mutate('changeMemberRole', member.changeMemberRole, { memberId: memberId('master'), role: 'MASTER' });
  await masterInvites(id, page, tokens);
  const blocked = await mutate('blockMember', member.blockMember, { memberId: memberId('master') });
  assert.equal(blocked.withdrawnInvitations.length, 1);
  assert.equal(blocked.revokedApiTokens.length, 1);
  await mutate('unblockMember', member.unblockMember, { memberId: memberId('master') });
  await mutate('blockMember', member.blockMember, { memberId: memberId('developer') });
  await mutate('removeMember', member.removeMember, { memberId: memberId('developer') });

  owner.close(tokens);
  await mutate('deleteWorkspace', workspace.deleteWorkspace, { workspaceId: created.workspace.id });
  await mutate('chooseWorkspace', workspace.chooseWorkspace, { workspaceId: id });
  await mutate('transferOwnership', member.transferOwnership, { memberId: memberId('master'), password: demo().password });
  await mutate('leaveWorkspace', workspace.leaveWorkspace, { workspaceId: id });
  assert.equal(page.getCurrentResult().data.workspace, null);
  owner.close();
}

async function ofVersions() {
  const owner = person(server);
  const { enter, mutate } = of(owner);
  const home = await owner.open(HOME);
  await enter('signIn', account.SIGN_IN, demo('owner'));
  const workspaceId = home.getCurrentResult().data.viewer.memberships.edges[0].node.workspace.id;
  const workspacePage = await owner.open(WORKSPACE_PAGE, { id: workspaceId, withInvitations: true });
  const miniProgramId = workspacePage.getCurrentResult().data.workspace.miniPrograms.edges[0].node.id;
  owner.close(workspacePage); // the end of the checks changes the status that it shows
  const page = await owner.open(VERSIONS_PAGE, { id: miniProgramId });
  const numbers = () => page.getCurrentResult().data.miniProgram.versions.edges.map(({ node }) => node.number);
  const upload = () => ({ miniProgramId, source: { package: new File([zip], 'dist.zip', { type: 'application/zip' }) } });
  const { versionEdge } = await mutate('uploadVersion', uploadVersion, upload());
  await mutate('uploadVersion', uploadVersion, upload());
  assert.deepEqual(numbers(), ['1.0.1', '1.0.0']);
  await mutate('deleteVersion', deleteVersion, { versionId: versionEdge.node.id });
  assert.deepEqual(numbers(), ['1.0.1']);
  owner.close();
}

async function masterInvites(workspaceId, ...pages) {
  const master = person(server);
  await account.enter(master.client, account.SIGN_IN, demo('master'));
  const invitations = [{ name: 'Guest', email: `guest${++guests}@example.com`, role: 'MASTER' }];
  await master.mutate('invites', member.inviteMembers, { workspaceId, invitations });
  await master.mutate('creates a token', createApiToken, { workspaceId, name: 'The master\'s', scopes: ['READ'] });
  await Promise.all(pages.map((page) => page.refetch()));
}

// acceptInvitations accepts one with the account that has its address, and one with a new account. It returns a function with which the
// account becomes a member again, and so gets back its earlier place among the memberships.
async function acceptInvitations(own, toNobody) {
  const lee = person(server);
  const home = await lee.open(HOME);
  await account.enter(lee.client, account.SIGN_IN, { email: 'lee@example.com', password });
  await of(lee).mutate('acceptInvitation', workspace.acceptInvitation, { token: own });
  await of(lee).mutate('createWorkspace', workspace.createWorkspace, { name: 'Later' });
  const kim = person(server);
  await kim.open(HOME);
  await of(kim).enter('acceptInvitation', workspace.acceptInvitation.mutation, { token: toNobody, password, displayName: 'Kim' });
  kim.close();
  return async (again) => {
    await home.refetch();
    await of(lee).mutate('acceptInvitation', workspace.acceptInvitation, { token: again });
    const { edges } = home.getCurrentResult().data.viewer.memberships;
    assert.deepEqual(edges.map(({ node }) => node.workspace.name), ['Renamed Merchant', 'Later']);
    lee.close();
  };
}

async function ofTheStaff() {
  const admin = person(server);
  const { enter, mutate } = of(admin);
  await admin.open(HOME);
  await enter('signIn', account.SIGN_IN, demo('admin'));
  const staff = await admin.open(STAFF);
  await mutate('addStaff', addStaff, { email: 'master@demo.example', role: 'REVIEWER' });
  await mutate('addStaff', addStaff, { email: 'lee@example.com', role: 'ADMIN' });
  await mutate('addStaff', addStaff, { email: 'lee@example.com', role: 'REVIEWER' });
  await mutate('removeStaff', removeStaff, { email: 'reviewer@demo.example' });
  await mutate('addStaff', addStaff, { email: 'lee@example.com', role: 'ADMIN' });
  admin.close(staff);
  await mutate('removeStaff', removeStaff, { email: 'admin@demo.example' });
  admin.close();
}
