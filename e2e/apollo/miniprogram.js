// Mini programs.
import { gql } from '@apollo/client/core';
import { addEdge, atStart, editLists } from './cache.js';
import { ASSIGNED, MINI_PROGRAM, QUOTAS, USER_ERROR } from './fragments.js';

// A mini program uses a quota, and whoever creates it is assigned to it.
export const createMiniProgram = {
  mutation: gql`
    mutation CreateMiniProgram($input: CreateMiniProgramInput!) {
      createMiniProgram(input: $input) {
        miniProgramEdge {
          cursor
          node {
            ...MiniProgramFields
            workspace {
              ...QuotasOfWorkspace
              viewerMember {
                ...MiniProgramsOfMember
              }
            }
          }
        }
        warnings {
          ...UserErrorFields
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${MINI_PROGRAM}
    ${QUOTAS}
    ${ASSIGNED}
    ${USER_ERROR}
  `,
  update(cache, { data }) {
    const edge = data.createMiniProgram.miniProgramEdge;
    if (edge) {
      addEdge(cache, edge.node.workspace, 'miniPrograms', edge, atStart);
    }
  },
};

export const updateMiniProgram = {
  mutation: gql`
    mutation UpdateMiniProgram($input: UpdateMiniProgramInput!) {
      updateMiniProgram(input: $input) {
        miniProgram {
          ...MiniProgramFields
          workspace {
            id
          }
        }
        warnings {
          ...UserErrorFields
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${MINI_PROGRAM}
    ${USER_ERROR}
  `,
  // Lists that are sorted by name or change, or filtered by name, are read again.
  update(cache, { data }) {
    const { miniProgram } = data.updateMiniProgram;
    if (miniProgram) {
      editLists(cache, miniProgram.workspace, 'miniPrograms', (list) => list);
    }
  },
};
