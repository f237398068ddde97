// The platform's staff, for administrators.
import { gql } from '@apollo/client/core';
import { addEdge, removeNode } from './cache.js';
import { USER_ERROR } from './fragments.js';

const root = { __typename: 'Query' };

export const addStaff = {
  mutation: gql`
    mutation AddStaff($input: AddStaffInput!) {
      addStaff(input: $input) {
        staffMemberEdge {
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
        query {
          viewer {
            id
            staffRole
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
    const edge = data.addStaff.staffMemberEdge;
    if (edge) {
      addEdge(cache, root, 'staff', edge, byAccount);
    }
  },
};

// byAccount puts a person where the account's age puts it: the list begins with the oldest.
function byAccount({ edges, pageInfo }, edge, readField) {
  const madeAt = ({ node }) => readField('createdAt', readField('user', node));
  const at = edges.findIndex((other) => madeAt(other) > madeAt(edge));
  if (at < 0) {
    return pageInfo.hasNextPage ? edges : [...edges, edge];
  }
  return at === 0 && pageInfo.hasPreviousPage ? edges : edges.toSpliced(at, 0, edge);
}

export const removeStaff = {
  mutation: gql`
    mutation RemoveStaff($input: RemoveStaffInput!) {
      removeStaff(input: $input) {
        deletedStaffMemberId
        query {
          viewer {
            id
            staffRole
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
    const id = data.removeStaff.deletedStaffMemberId;
    if (id) {
      removeNode(cache, root, 'staff', id);
      cache.evict({ id: cache.identify({ __typename: 'StaffMember', id }) });
    }
  },
};
