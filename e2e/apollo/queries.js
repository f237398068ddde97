// The pages of the front end.
import { gql } from '@apollo/client/core';
import { API_TOKEN, INVITATIONS, MEMBERS, MINI_PROGRAMS, VERSION, VIEWER, WORKSPACE } from './fragments.js';

export const HOME = gql`
  query Home {
    viewer {
      ...ViewerFields
    }
  }
  ${VIEWER}
`;

// Developers may not see invitations: ask viewerCan of the workspace for VIEW_INVITATIONS first.
export const WORKSPACE_PAGE = gql`
  query WorkspacePage($id: ID!, $withInvitations: Boolean!) {
    workspace(id: $id) {
      ...WorkspaceFields
      ...MembersOfWorkspace
      ...InvitationsOfWorkspace @include(if: $withInvitations)
      ...MiniProgramsOfWorkspace
    }
  }
  ${WORKSPACE}
  ${MEMBERS}
  ${INVITATIONS}
  ${MINI_PROGRAMS}
`;

// For owners and masters: ask viewerCan of the workspace for VIEW_API_TOKENS first.
export const API_TOKENS_PAGE = gql`
  query ApiTokensPage($id: ID!) {
    workspace(id: $id) {
      id
      apiTokens(first: 20) {
        totalCount
        edges {
          cursor
          node {
            ...ApiTokenFields
          }
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
      }
    }
  }
  ${API_TOKEN}
`;

export const VERSIONS_PAGE = gql`
  query VersionsPage($id: ID!) {
    miniProgram(id: $id) {
      id
      latestVersion {
        id
      }
      versions(first: 20) {
        totalCount
        edges {
          cursor
          node {
            ...VersionFields
          }
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
      }
    }
  }
  ${VERSION}
`;

export const STAFF = gql`
  query Staff {
    staff(first: 20) {
      totalCount
      edges {
        cursor
        node {
          id
          role
          addedAt
          addedBy {
            id
            displayName
          }
          user {
            id
            email
            displayName
            createdAt
          }
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`;
