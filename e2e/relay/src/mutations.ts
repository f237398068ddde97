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
      miniProgram
        @prependNode(connections: $connections, edgeTypeName: "MiniProgramEdge") {
        ...MiniProgramCard_miniProgram
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
