// Members of a workspace, and invitations to it.
import { gql } from '@apollo/client/core';
import { addEdge, atStart, editLists, removeNode } from './cache.js';
import { DEVELOPERS, INVITATION, INVITATIONS, MEMBER, MEMBERS, MINI_PROGRAMS, USER_ERROR, WORKSPACE } from './fragments.js';

const WITHDRAWN = gql`
  fragment WithdrawnFields on Invitation {
    id
    status
    viewerCan
  }
`;

// refilter drops the lists of members with a filter, in which the member may be or no longer be.
function refilter(cache, workspace, field) {
  editLists(cache, workspace, field, (list) => list);
}

export const inviteMembers = {
  mutation: gql`
    mutation InviteMembers($input: InviteMembersInput!) {
      inviteMembers(input: $input) {
        invitationEdges {
          cursor
          node {
            ...InvitationFields
            workspace {
              id
            }
          }
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${INVITATION}
    ${USER_ERROR}
  `,
  update(cache, { data }) {
    for (const edge of data.inviteMembers.invitationEdges ?? []) {
      addEdge(cache, edge.node.workspace, 'invitations', edge, atStart);
    }
  },
};

export const resendInvitation = {
  mutation: gql`
    mutation ResendInvitation($input: ResendInvitationInput!) {
      resendInvitation(input: $input) {
        invitation {
          id
          status
          expiresAt
          viewerCan
          invitedBy {
            id
            displayName
          }
          workspace {
            id
          }
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${USER_ERROR}
  `,
  update(cache, { data }) {
    const { invitation } = data.resendInvitation;
    if (invitation) {
      refilter(cache, invitation.workspace, 'invitations');
    }
  },
};

export const withdrawInvitation = {
  mutation: gql`
    mutation WithdrawInvitation($input: WithdrawInvitationInput!) {
      withdrawInvitation(input: $input) {
        invitation {
          ...WithdrawnFields
          workspace {
            id
          }
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${WITHDRAWN}
    ${USER_ERROR}
  `,
  update(cache, { data }) {
    const { invitation } = data.withdrawInvitation;
    if (invitation) {
      refilter(cache, invitation.workspace, 'invitations');
    }
  },
};

export const changeMemberRole = {
  mutation: gql`
    mutation ChangeMemberRole($input: ChangeMemberRoleInput!) {
      changeMemberRole(input: $input) {
        member {
          ...MemberFields
          workspace {
            id
          }
        }
        withdrawnInvitations {
          ...WithdrawnFields
        }
        revokedApiTokens {
          id
          revokedAt
        }
        miniPrograms {
          ...DevelopersOfMiniProgram
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${MEMBER}
    ${WITHDRAWN}
    ${DEVELOPERS}
    ${USER_ERROR}
  `,
  update: (cache, { data }) => memberChanged(cache, data.changeMemberRole.member),
};

export const assignMiniPrograms = {
  mutation: gql`
    mutation AssignMiniPrograms($input: AssignMiniProgramsInput!) {
      assignMiniPrograms(input: $input) {
        member {
          ...MemberFields
        }
        miniPrograms {
          ...DevelopersOfMiniProgram
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${MEMBER}
    ${DEVELOPERS}
    ${USER_ERROR}
  `,
};

export const blockMember = {
  mutation: gql`
    mutation BlockMember($input: BlockMemberInput!) {
      blockMember(input: $input) {
        member {
          ...MemberFields
          workspace {
            id
          }
        }
        withdrawnInvitations {
          ...WithdrawnFields
        }
        revokedApiTokens {
          id
          revokedAt
        }
        miniPrograms {
          ...DevelopersOfMiniProgram
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${MEMBER}
    ${WITHDRAWN}
    ${DEVELOPERS}
    ${USER_ERROR}
  `,
  update: (cache, { data }) => memberChanged(cache, data.blockMember.member),
};

export const unblockMember = {
  mutation: gql`
    mutation UnblockMember($input: UnblockMemberInput!) {
      unblockMember(input: $input) {
        member {
          ...MemberFields
          workspace {
            id
          }
        }
        miniPrograms {
          ...DevelopersOfMiniProgram
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${MEMBER}
    ${DEVELOPERS}
    ${USER_ERROR}
  `,
  update: (cache, { data }) => memberChanged(cache, data.unblockMember.member),
};

export const removeMember = {
  mutation: gql`
    mutation RemoveMember($input: RemoveMemberInput!) {
      removeMember(input: $input) {
        member {
          ...MemberFields
          workspace {
            id
          }
        }
        withdrawnInvitations {
          ...WithdrawnFields
        }
        revokedApiTokens {
          id
          revokedAt
        }
        miniPrograms {
          ...DevelopersOfMiniProgram
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${MEMBER}
    ${WITHDRAWN}
    ${DEVELOPERS}
    ${USER_ERROR}
  `,
  update: (cache, { data }) => memberChanged(cache, data.removeMember.member),
};

function memberChanged(cache, member) {
  if (!member) {
    return;
  }
  refilter(cache, member.workspace, 'invitations');
  if (member.status === 'REMOVED') {
    removeNode(cache, member.workspace, 'members', member.id);
  } else {
    refilter(cache, member.workspace, 'members');
  }
}

// The viewer may do less afterwards, with everything in the workspace: the payload reads the whole page.
export const transferOwnership = {
  mutation: gql`
    mutation TransferOwnership($input: TransferOwnershipInput!) {
      transferOwnership(input: $input) {
        member {
          ...MemberFields
        }
        formerOwner {
          ...MemberFields
          workspace {
            ...WorkspaceFields
            ...MembersOfWorkspace
            ...InvitationsOfWorkspace
            ...MiniProgramsOfWorkspace
          }
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${MEMBER}
    ${WORKSPACE}
    ${MEMBERS}
    ${INVITATIONS}
    ${MINI_PROGRAMS}
    ${USER_ERROR}
  `,
  update: (cache, { data }) => memberChanged(cache, data.transferOwnership.formerOwner),
};
