// Live updates: what others change shows without asking again and again.
import { gql } from '@apollo/client/core';
import { MINI_PROGRAM } from './fragments.js';
import { forgetWorkspace } from './workspace.js';

// Types that have a field of the same name but not of the same type need aliases; the cache knows the field by its own name.
const WORKSPACE_CHANGED = gql`
  subscription WorkspaceChanged($workspaceId: ID!) {
    workspaceChanged(workspaceId: $workspaceId) {
      operation
      nodeId
      node {
        id
        ... on Workspace {
          name
        }
        ... on Member {
          role
          memberStatus: status
          viewerCan
        }
        ... on Invitation {
          invitationStatus: status
          expiresAt
          viewerCan
        }
        ... on ApiToken {
          revokedAt
        }
        ... on MiniProgram {
          ...MiniProgramFields
        }
      }
    }
  }
  ${MINI_PROGRAM}
`;

const MEMBERSHIP = gql`
  subscription Membership($workspaceId: ID!) {
    membership(workspaceId: $workspaceId) {
      status
      role
      member {
        id
        role
        status
        workspace {
          id
          viewerRole
          viewerCan
        }
      }
    }
  }
`;

// The fields of the workspace in which a change can show. They are dropped, and read again where they are on the screen.
const lists = {
  INVITE_MEMBERS: ['invitations'],
  RESEND_INVITATION: ['invitations'],
  WITHDRAW_INVITATION: ['invitations'],
  ACCEPT_INVITATION: ['members', 'invitations', 'miniPrograms'],
  CHANGE_MEMBER_ROLE: ['members', 'invitations', 'miniPrograms'],
  ASSIGN_MINI_PROGRAMS: ['members', 'miniPrograms'],
  BLOCK_MEMBER: ['members', 'invitations', 'miniPrograms'],
  UNBLOCK_MEMBER: ['members', 'invitations', 'miniPrograms'],
  REMOVE_MEMBER: ['members', 'invitations', 'miniPrograms'],
  LEAVE_WORKSPACE: ['members', 'invitations', 'miniPrograms'],
  TRANSFER_OWNERSHIP: ['owner', 'viewerRole', 'viewerCan', 'members', 'invitations', 'miniPrograms'],
  CREATE_API_TOKEN: ['apiTokens'],
  CREATE_MINI_PROGRAM: ['miniPrograms', 'quotas', 'viewerCan'],
  UPDATE_MINI_PROGRAM: ['miniPrograms'],
};

// watchWorkspace keeps the pages of a workspace up to date; unsubscribe from what it returns when they are left.
export function watchWorkspace(client, workspaceId) {
  const { cache } = client;
  const live = client.subscribe({ query: WORKSPACE_CHANGED, variables: { workspaceId } });
  return live.subscribe(({ data }) => {
    if (!data?.workspaceChanged) {
      return; // refused
    }
    const { operation, nodeId, node } = data.workspaceChanged;
    const id = cache.identify({ __typename: 'Workspace', id: workspaceId });
    for (const fieldName of lists[operation] ?? []) {
      cache.evict({ id, fieldName });
    }
    if (!node) {
      for (const __typename of ['Member', 'Invitation', 'MiniProgram']) {
        cache.evict({ id: cache.identify({ __typename, id: nodeId }) });
      }
    }
  });
}

// watchMembership calls changed with each status of the viewer's membership, and forgets the workspace when it is lost: the last status
// is BLOCKED or REMOVED.
export function watchMembership(client, viewer, workspaceId, changed) {
  let memberId;
  return client.subscribe({ query: MEMBERSHIP, variables: { workspaceId } }).subscribe(({ data }) => {
    if (!data?.membership) {
      return; // refused
    }
    const { status, member } = data.membership;
    if (member) {
      memberId = member.id;
    } else {
      forgetWorkspace(client.cache, viewer, workspaceId, memberId);
    }
    changed(status);
  });
}
