// Workspaces and the viewer's memberships of them.
import { gql } from '@apollo/client/core';
import { addEdge, atEnd, editLists, removeNode } from './cache.js';
import { MEMBERSHIP, USER_ERROR, VIEWER, WORKSPACE } from './fragments.js';

export const createWorkspace = {
  mutation: gql`
    mutation CreateWorkspace($input: CreateWorkspaceInput!) {
      createWorkspace(input: $input) {
        workspace {
          ...WorkspaceFields
        }
        membershipEdge {
          cursor
          node {
            ...MembershipFields
          }
        }
        query {
          viewer {
            id
          }
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${WORKSPACE}
    ${MEMBERSHIP}
    ${USER_ERROR}
  `,
  update(cache, { data }) {
    const { membershipEdge, query } = data.createWorkspace;
    if (membershipEdge) {
      addEdge(cache, query.viewer, 'memberships', membershipEdge, atEnd);
    }
  },
};

export const chooseWorkspace = {
  mutation: gql`
    mutation ChooseWorkspace($input: ChooseWorkspaceInput!) {
      chooseWorkspace(input: $input) {
        viewer {
          id
          currentWorkspace {
            id
            name
          }
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${USER_ERROR}
  `,
};

export const renameWorkspace = {
  mutation: gql`
    mutation RenameWorkspace($input: RenameWorkspaceInput!) {
      renameWorkspace(input: $input) {
        workspace {
          id
          name
        }
        query {
          viewer {
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
  // Memberships that were searched for by the workspace's name are read again.
  update(cache, { data }) {
    const { workspace, query } = data.renameWorkspace;
    if (workspace) {
      editLists(cache, query.viewer, 'memberships', (list) => list);
    }
  },
};

export const leaveWorkspace = {
  mutation: gql`
    mutation LeaveWorkspace($input: LeaveWorkspaceInput!) {
      leaveWorkspace(input: $input) {
        leftWorkspaceId
        deletedMemberId
        viewer {
          id
          currentWorkspace {
            id
            name
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
    const { leftWorkspaceId, deletedMemberId, viewer } = data.leaveWorkspace;
    if (leftWorkspaceId) {
      forgetWorkspace(cache, viewer, leftWorkspaceId, deletedMemberId);
    }
  },
};

export const deleteWorkspace = {
  mutation: gql`
    mutation DeleteWorkspace($input: DeleteWorkspaceInput!) {
      deleteWorkspace(input: $input) {
        deletedWorkspaceId
        deletedMemberId
        viewer {
          id
          currentWorkspace {
            id
            name
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
    const { deletedWorkspaceId, deletedMemberId, viewer } = data.deleteWorkspace;
    if (deletedWorkspaceId) {
      forgetWorkspace(cache, viewer, deletedWorkspaceId, deletedMemberId);
    }
  },
};

// forgetWorkspace shows a workspace as the server does to people who are not members: as absent.
export function forgetWorkspace(cache, viewer, workspaceId, memberId) {
  removeNode(cache, viewer, 'memberships', memberId);
  cache.writeQuery({
    query: gql`
      query Forgotten($id: ID!) {
        workspace(id: $id) {
          id
        }
      }
    `,
    variables: { id: workspaceId },
    data: { workspace: null },
  });
  cache.evict({ id: cache.identify({ __typename: 'Member', id: memberId }) });
  cache.evict({ id: cache.identify({ __typename: 'Workspace', id: workspaceId }) });
  cache.gc();
}

// A membership that was there before comes back to its earlier place: the list in the payload is the one to show. With a new
// account use enter, since somebody else is signed in then.
export const acceptInvitation = {
  mutation: gql`
    mutation AcceptInvitation($input: AcceptInvitationInput!) {
      acceptInvitation(input: $input) {
        member {
          id
          workspace {
            ...WorkspaceFields
          }
        }
        query {
          viewer {
            ...ViewerFields
          }
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${WORKSPACE}
    ${VIEWER}
    ${USER_ERROR}
  `,
};
