// Signing in and out, and the viewer's account.
import { gql } from '@apollo/client/core';
import { removeNode } from './cache.js';
import { SESSIONS, USER_ERROR, VIEWER } from './fragments.js';
import { HOME } from './queries.js';

// changeViewer forgets everything that the viewer before saw, and shows another one; null if nobody is signed in.
export async function changeViewer(client, viewer) {
  await client.clearStore();
  client.writeQuery({ query: HOME, data: { viewer } });
}

// enter sends a mutation that may change who is signed in, and clears the cache if it does. Leave the pages of the viewer before, or
// their queries are sent again.
export async function enter(client, mutation, input) {
  const { data } = await client.mutate({ mutation, variables: { input }, fetchPolicy: 'no-cache' });
  const [payload] = Object.values(data);
  const { viewer } = payload.query;
  if (viewer?.id !== client.readQuery({ query: ME })?.viewer?.id) {
    await client.clearStore();
  }
  client.writeQuery({ query: HOME, data: { viewer } });
  return payload;
}

const ME = gql`
  query Me {
    viewer {
      id
    }
  }
`;

export const SIGN_UP = gql`
  mutation SignUp($input: SignUpInput!) {
    signUp(input: $input) {
      query {
        viewer {
          ...ViewerFields
        }
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
  ${VIEWER}
  ${USER_ERROR}
`;

export const SIGN_IN = gql`
  mutation SignIn($input: SignInInput!) {
    signIn(input: $input) {
      challenge {
        token
        expiresAt
      }
      query {
        viewer {
          ...ViewerFields
        }
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
  ${VIEWER}
  ${USER_ERROR}
`;

export const SIGN_IN_WITH_TOTP = gql`
  mutation SignInWithTotp($input: SignInWithTotpInput!) {
    signInWithTotp(input: $input) {
      query {
        viewer {
          ...ViewerFields
        }
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
  ${VIEWER}
  ${USER_ERROR}
`;

export const SIGN_OUT = gql`
  mutation SignOut {
    signOut {
      query {
        viewer {
          id
        }
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
  ${USER_ERROR}
`;

export const SIGN_OUT_EVERYWHERE = gql`
  mutation SignOutEverywhere {
    signOutEverywhere {
      query {
        viewer {
          id
        }
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
  ${USER_ERROR}
`;

// A new password ends the session of this browser too, if it is the account's.
export const RESET_PASSWORD = gql`
  mutation ResetPassword($input: ResetPasswordInput!) {
    resetPassword(input: $input) {
      email
      query {
        viewer {
          ...ViewerFields
        }
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
  ${VIEWER}
  ${USER_ERROR}
`;

export const endSession = {
  mutation: gql`
    mutation EndSession($input: EndSessionInput!) {
      endSession(input: $input) {
        deletedSessionId
        query {
          viewer {
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
    const { deletedSessionId, query } = data.endSession;
    if (deletedSessionId && query.viewer) {
      removeNode(cache, query.viewer, 'sessions', deletedSessionId);
      cache.evict({ id: cache.identify({ __typename: 'Session', id: deletedSessionId }) });
    }
  },
};

export const changePassword = {
  mutation: gql`
    mutation ChangePassword($input: ChangePasswordInput!) {
      changePassword(input: $input) {
        viewer {
          ...SessionsOfViewer
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${SESSIONS}
    ${USER_ERROR}
  `,
};

export const updateProfile = {
  mutation: gql`
    mutation UpdateProfile($input: UpdateProfileInput!) {
      updateProfile(input: $input) {
        viewer {
          id
          locale
          user {
            id
            displayName
          }
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${USER_ERROR}
  `,
};

export const confirmEmail = {
  mutation: gql`
    mutation ConfirmEmail($input: ConfirmEmailInput!) {
      confirmEmail(input: $input) {
        email
        viewer {
          id
          emailConfirmed
          user {
            id
            email
          }
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${USER_ERROR}
  `,
};

export const confirmTotp = {
  mutation: gql`
    mutation ConfirmTotp($input: ConfirmTotpInput!) {
      confirmTotp(input: $input) {
        recoveryCodes
        viewer {
          totpEnabled
          recoveryCodesLeft
          ...SessionsOfViewer
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${SESSIONS}
    ${USER_ERROR}
  `,
};

export const disableTotp = {
  mutation: gql`
    mutation DisableTotp($input: DisableTotpInput!) {
      disableTotp(input: $input) {
        viewer {
          id
          totpEnabled
          recoveryCodesLeft
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${USER_ERROR}
  `,
};

// What these do is in a mail, or in the answer alone: the cache learns nothing.
export const requestPasswordReset = {
  mutation: gql`
    mutation RequestPasswordReset($input: RequestPasswordResetInput!) {
      requestPasswordReset(input: $input) {
        email
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${USER_ERROR}
  `,
};

export const changeEmail = {
  mutation: gql`
    mutation ChangeEmail($input: ChangeEmailInput!) {
      changeEmail(input: $input) {
        email
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${USER_ERROR}
  `,
};

export const requestEmailConfirmation = {
  mutation: gql`
    mutation RequestEmailConfirmation {
      requestEmailConfirmation {
        email
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${USER_ERROR}
  `,
};

export const enableTotp = {
  mutation: gql`
    mutation EnableTotp($input: EnableTotpInput!) {
      enableTotp(input: $input) {
        totpSecret {
          secret
          uri
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
    ${USER_ERROR}
  `,
  fetchPolicy: 'no-cache', // a secret
};
