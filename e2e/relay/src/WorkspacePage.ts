import { graphql } from 'react-relay';

export const page = graphql`
  query WorkspacePageQuery($id: ID!) {
    workspace(id: $id) {
      name
      viewerRole
      quotas {
        used
        limit
        launchTarget {
          name
        }
      }
      ...WorkspacePage_miniPrograms
      ...WorkspacePage_members
    }
  }
`;

export const miniPrograms = graphql`
  fragment WorkspacePage_miniPrograms on Workspace
  @refetchable(queryName: "WorkspacePageMiniProgramsPaginationQuery")
  @argumentDefinitions(
    count: { type: "Int", defaultValue: 20 }
    cursor: { type: "String" }
    orderBy: { type: "MiniProgramOrder", defaultValue: { field: NAME, direction: ASC } }
    filter: { type: "MiniProgramFilter" }
  ) {
    miniPrograms(first: $count, after: $cursor, orderBy: $orderBy, filter: $filter)
      @connection(key: "WorkspacePage_miniPrograms") {
      totalCount
      edges {
        node {
          ...MiniProgramCard_miniProgram
        }
      }
    }
  }
`;

// Pages both ways.
export const members = graphql`
  fragment WorkspacePage_members on Workspace
  @refetchable(queryName: "WorkspacePageMembersPaginationQuery")
  @argumentDefinitions(
    first: { type: "Int", defaultValue: 20 }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  ) {
    members(first: $first, after: $after, last: $last, before: $before) @connection(key: "WorkspacePage_members") {
      edges {
        node {
          role
          user {
            displayName
          }
        }
      }
    }
  }
`;
