// What the pages of the front end show. Payloads select the same fragments, so that the cache has everything a page needs.
import { gql } from '@apollo/client/core';

export const USER_ERROR = gql`
  fragment UserErrorFields on UserError {
    code
    path
    message
  }
`;

const PAGE_INFO = gql`
  fragment PageInfoFields on PageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
`;

export const MEMBERSHIP = gql`
  fragment MembershipFields on Member {
    id
    role
    status
    workspace {
      id
      name
    }
  }
`;

export const SESSIONS = gql`
  fragment SessionsOfViewer on Viewer {
    id
    sessions(first: 20) {
      totalCount
      edges {
        cursor
        node {
          id
          current
          createdAt
          client
        }
      }
      pageInfo {
        ...PageInfoFields
      }
    }
  }
  ${PAGE_INFO}
`;

export const VIEWER = gql`
  fragment ViewerFields on Viewer {
    id
    emailConfirmed
    locale
    staffRole
    totpEnabled
    recoveryCodesLeft
    user {
      id
      email
      displayName
    }
    currentWorkspace {
      id
      name
    }
    memberships(first: 20) {
      totalCount
      edges {
        cursor
        node {
          ...MembershipFields
        }
      }
      pageInfo {
        ...PageInfoFields
      }
    }
    ...SessionsOfViewer
  }
  ${MEMBERSHIP}
  ${SESSIONS}
  ${PAGE_INFO}
`;

export const ASSIGNED = gql`
  fragment MiniProgramsOfMember on Member {
    id
    miniPrograms(first: 20) {
      totalCount
      edges {
        cursor
        node {
          id
          name
        }
      }
      pageInfo {
        ...PageInfoFields
      }
    }
  }
  ${PAGE_INFO}
`;

export const MEMBER = gql`
  fragment MemberFields on Member {
    id
    role
    status
    viewerCan
    user {
      id
      displayName
      email
    }
    ...MiniProgramsOfMember
  }
  ${ASSIGNED}
`;

export const INVITATION = gql`
  fragment InvitationFields on Invitation {
    id
    name
    email
    role
    status
    expiresAt
    viewerCan
    invitedBy {
      id
      displayName
    }
    miniPrograms {
      id
      name
    }
  }
`;

export const DEVELOPERS = gql`
  fragment DevelopersOfMiniProgram on MiniProgram {
    id
    developers(first: 20) {
      totalCount
      edges {
        cursor
        node {
          id
          user {
            id
            displayName
          }
        }
      }
      pageInfo {
        ...PageInfoFields
      }
    }
  }
  ${PAGE_INFO}
`;

export const MINI_PROGRAM = gql`
  fragment MiniProgramFields on MiniProgram {
    id
    name
    tagline
    status
    updatedAt
    viewerCan
    logo {
      url
      width
      height
    }
    ...DevelopersOfMiniProgram
  }
  ${DEVELOPERS}
`;

// What a new mini program moves in its workspace.
export const QUOTAS = gql`
  fragment QuotasOfWorkspace on Workspace {
    id
    viewerCan
    quotas {
      used
      limit
      launchTarget {
        id
        name
      }
    }
  }
`;

export const WORKSPACE = gql`
  fragment WorkspaceFields on Workspace {
    id
    name
    viewerRole
    owner {
      id
      role
      user {
        id
        displayName
      }
    }
    viewerMember {
      id
      role
    }
    ...QuotasOfWorkspace
  }
  ${QUOTAS}
`;

// Each list is its own fragment: a payload selects those that it changes.
export const MEMBERS = gql`
  fragment MembersOfWorkspace on Workspace {
    id
    members(first: 20) {
      totalCount
      edges {
        cursor
        node {
          ...MemberFields
        }
      }
      pageInfo {
        ...PageInfoFields
      }
    }
  }
  ${MEMBER}
  ${PAGE_INFO}
`;

export const INVITATIONS = gql`
  fragment InvitationsOfWorkspace on Workspace {
    id
    invitations(first: 20) {
      totalCount
      edges {
        cursor
        node {
          ...InvitationFields
        }
      }
      pageInfo {
        ...PageInfoFields
      }
    }
  }
  ${INVITATION}
  ${PAGE_INFO}
`;

export const API_TOKEN = gql`
  fragment ApiTokenFields on ApiToken {
    id
    name
    scopes
    lastFour
    createdAt
    expiresAt
    lastUsedAt
    lastUsedFrom
    revokedAt
    miniPrograms {
      id
      name
    }
    createdBy {
      id
      displayName
    }
  }
`;

export const VERSION = gql`
  fragment VersionFields on Version {
    id
    number
    size
    notes
    createdAt
    uploadedBy {
      id
      displayName
    }
  }
`;

export const MINI_PROGRAMS = gql`
  fragment MiniProgramsOfWorkspace on Workspace {
    id
    miniPrograms(first: 20) {
      totalCount
      edges {
        cursor
        node {
          ...MiniProgramFields
        }
      }
      pageInfo {
        ...PageInfoFields
      }
    }
  }
  ${MINI_PROGRAM}
  ${PAGE_INFO}
`;
