import { graphql } from 'react-relay';

export const home = graphql`
  query HomeQuery {
    viewer {
      user {
        displayName
      }
      currentWorkspace {
        id
        name
      }
      ...Home_memberships
      ...Home_sessions
    }
    launchTargets {
      code
      fieldRules {
        field
        required
        hint
      }
    }
    ...Home_industries @arguments(search: "restaur")
  }
`;

// Viewer is a node: Relay refetches it by its id.
export const memberships = graphql`
  fragment Home_memberships on Viewer
  @refetchable(queryName: "HomeMembershipsPaginationQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }) {
    memberships(first: $count, after: $cursor) @connection(key: "Home_memberships") {
      edges {
        node {
          role
          workspace {
            id
            name
          }
        }
      }
    }
  }
`;

export const industries = graphql`
  fragment Home_industries on Query
  @refetchable(queryName: "HomeIndustriesPaginationQuery")
  @argumentDefinitions(
    search: { type: "String" }
    count: { type: "Int", defaultValue: 20 }
    cursor: { type: "String" }
  ) {
    industries(search: $search, first: $count, after: $cursor) @connection(key: "Home_industries") {
      edges {
        node {
          code
          name
          group
        }
      }
    }
  }
`;

export const sessions = graphql`
  fragment Home_sessions on Viewer
  @refetchable(queryName: "HomeSessionsPaginationQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }) {
    sessions(first: $count, after: $cursor) @connection(key: "Home_sessions") {
      edges {
        node {
          current
          lastUsedAt
          address
          client
        }
      }
    }
  }
`;
