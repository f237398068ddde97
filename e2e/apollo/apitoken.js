// Tokens for machines.
import { gql } from '@apollo/client/core';
import { addEdge, atStart } from './cache.js';
import { API_TOKEN, USER_ERROR } from './fragments.js';

// Show the secret and forget it: nobody can read it again.
export const createApiToken = {
  mutation: gql`
    mutation CreateApiToken($input: CreateApiTokenInput!) {
      createApiToken(input: $input) {
        secret
        apiTokenEdge {
          cursor
          node {
            ...ApiTokenFields
          }
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${API_TOKEN}
    ${USER_ERROR}
  `,
  update(cache, { data }, { variables }) {
    const edge = data.createApiToken.apiTokenEdge;
    if (edge) {
      addEdge(cache, { __typename: 'Workspace', id: variables.input.workspaceId }, 'apiTokens', edge, atStart);
    }
  },
};

export const revokeApiToken = {
  mutation: gql`
    mutation RevokeApiToken($input: RevokeApiTokenInput!) {
      revokeApiToken(input: $input) {
        apiToken {
          id
          revokedAt
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${USER_ERROR}
  `,
};
