import { graphql } from 'react-relay';

export const card = graphql`
  fragment MiniProgramCard_miniProgram on MiniProgram {
    id
    appId
    name
    tagline
    status
    logo {
      url
      width
      height
    }
    industry {
      name(language: "zh-Hans")
    }
    createdBy {
      displayName
    }
    createdAt
  }
`;

// Any node with an id of its own can be read again by it.
export const page = graphql`
  query MiniProgramCardQuery($id: ID!) {
    node(id: $id) {
      __typename
      ...MiniProgramCard_miniProgram @alias(as: "miniProgram")
    }
  }
`;

export const refetchable = graphql`
  fragment MiniProgramCard_details on MiniProgram @refetchable(queryName: "MiniProgramCardDetailsRefetchQuery") {
    description
    language
    servicePhone
    serviceEmail
    updatedAt
    launchTargets {
      code
      name
    }
  }
`;

export const several = graphql`
  query MiniProgramCardSeveralQuery($ids: [ID!]!) {
    nodes(ids: $ids) {
      id
      ...MiniProgramCard_miniProgram @alias(as: "miniProgram")
      ...MiniProgramCard_details @alias(as: "details")
    }
  }
`;
