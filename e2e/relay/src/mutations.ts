import { graphql } from 'react-relay';

// One fragment reads the mistakes of every mutation.
export const mistakes = graphql`
  fragment mutations_mistakes on UserError @relay(plural: true) {
    message
    messageKey
    messageParams {
      name
      value
    }
    path
  }
`;

export const signIn = graphql`
  mutation mutationsSignInMutation($input: SignInInput!) {
    signIn(input: $input) {
      viewer {
        user {
          displayName
        }
        ...Home_memberships
      }
      userErrors {
        code
        ...mutations_mistakes
      }
    }
  }
`;

export const createMiniProgram = graphql`
  mutation mutationsCreateMiniProgramMutation($input: CreateMiniProgramInput!, $connections: [ID!]!) {
    createMiniProgram(input: $input) {
      miniProgramEdge @prependEdge(connections: $connections) {
        node {
          ...MiniProgramCard_miniProgram
          workspace {
            quotas {
              used
              limit
              launchTarget {
                id
              }
            }
          }
        }
      }
      warnings {
        code
        message
        path
      }
      userErrors {
        code
        ...mutations_mistakes
      }
    }
  }
`;

export const inviteMembers = graphql`
  mutation mutationsInviteMembersMutation($input: InviteMembersInput!, $connections: [ID!]!) {
    inviteMembers(input: $input) {
      invitationEdges @prependEdge(connections: $connections) {
        node {
          name
          email
          status
        }
      }
      userErrors {
        code
        ...mutations_mistakes
      }
    }
  }
`;

export const createWorkspace = graphql`
  mutation mutationsCreateWorkspaceMutation($input: CreateWorkspaceInput!, $connections: [ID!]!) {
    createWorkspace(input: $input) {
      membershipEdge @appendEdge(connections: $connections) {
        node {
          role
          workspace {
            name
          }
        }
      }
      userErrors {
        code
        ...mutations_mistakes
      }
    }
  }
`;

export const leaveWorkspace = graphql`
  mutation mutationsLeaveWorkspaceMutation($input: LeaveWorkspaceInput!, $connections: [ID!]!) {
    leaveWorkspace(input: $input) {
      deletedMemberId @deleteEdge(connections: $connections)
      leftWorkspaceId @deleteRecord
      viewer {
        currentWorkspace {
          id
        }
      }
      userErrors {
        code
        ...mutations_mistakes
      }
    }
  }
`;

export const endSession = graphql`
  mutation mutationsEndSessionMutation($input: EndSessionInput!, $connections: [ID!]!) {
    endSession(input: $input) {
      deletedSessionId @deleteEdge(connections: $connections) @deleteRecord
      userErrors {
        code
        ...mutations_mistakes
      }
    }
  }
`;

export const removeStaff = graphql`
  mutation mutationsRemoveStaffMutation($input: RemoveStaffInput!, $connections: [ID!]!) {
    removeStaff(input: $input) {
      deletedStaffMemberId @deleteEdge(connections: $connections) @deleteRecord
      userErrors {
        code
        ...mutations_mistakes
      }
    }
  }
`;

// Live updates of a workspace's page.
export const workspaceChanged = graphql`
  subscription mutationsWorkspaceChangedSubscription($workspaceId: ID!) {
    workspaceChanged(workspaceId: $workspaceId) {
      operation
      nodeId
      node {
        __typename
        ...MiniProgramCard_miniProgram @alias(as: "miniProgram")
      }
    }
  }
`;
