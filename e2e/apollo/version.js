// Versions of mini programs.
import { gql } from '@apollo/client/core';
import { addEdge, atStart, removeNode } from './cache.js';
import { USER_ERROR, VERSION } from './fragments.js';

// Watch the task of the new version, which ends a moment later, and read the version and the status of the mini program again then.
export const uploadVersion = {
  mutation: gql`
    mutation UploadVersion($input: UploadVersionInput!) {
      uploadVersion(input: $input) {
        versionEdge {
          cursor
          node {
            ...VersionFields
            task {
              id
            }
          }
        }
        deletedVersionId
        miniProgram {
          id
          latestVersion {
            id
          }
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${VERSION}
    ${USER_ERROR}
  `,
  update(cache, { data }) {
    const { versionEdge, deletedVersionId, miniProgram } = data.uploadVersion;
    if (deletedVersionId) {
      removeNode(cache, miniProgram, 'versions', deletedVersionId);
    }
    if (versionEdge) {
      addEdge(cache, miniProgram, 'versions', versionEdge, atStart);
    }
  },
};

export const deleteVersion = {
  mutation: gql`
    mutation DeleteVersion($input: DeleteVersionInput!) {
      deleteVersion(input: $input) {
        deletedVersionId
        miniProgram {
          id
          latestVersion {
            id
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
    const { deletedVersionId, miniProgram } = data.deleteVersion;
    if (deletedVersionId) {
      removeNode(cache, miniProgram, 'versions', deletedVersionId);
    }
  },
};
