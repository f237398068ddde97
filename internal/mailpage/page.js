'use strict';

{
  const main = document.querySelector('main');
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';

  const sections = [...main.querySelectorAll('[data-state]')];
  const section = (state) => sections.find(({ dataset }) => dataset.state === state);

  // show shows one state of the page, and moves the focus to where somebody goes on.
  const show = (state) => {
    for (const each of sections) {
      each.hidden = each.dataset.state !== state;
    }
    for (const each of main.querySelectorAll('[data-for]')) {
      each.hidden = !each.dataset.for.split(' ').includes(state);
    }
    const field = section(state).querySelector('input:not(.unseen):not([type=checkbox])');
    (field ?? section(state).querySelector('h1') ?? section(state).querySelector('button'))?.focus();
  };

  const fill = (values) => {
    for (const [name, value] of Object.entries(values)) {
      main.querySelectorAll(`[data-fill="${name}"]`).forEach((place) => (place.textContent = value));
      main.querySelectorAll(`[data-value="${name}"]`).forEach((input) => (input.value = value));
    }
  };

  // finish forgets the token, which is of no use any more.
  const finish = (state) => {
    history.replaceState(null, '', location.pathname);
    show(state);
  };

  // Refusal is what no form can repair.
  class Refusal extends Error {}

  const refusalOf = ({ message, extensions }) => {
    if (extensions?.code === 'RATE_LIMITED') {
      const minutes = Math.max(1, Math.ceil((extensions.retryAfter ?? 60) / 60));
      return new Refusal(main.dataset.tooMany.replace('{minutes}', minutes));
    }
    const isPassing = ['UNAVAILABLE', 'TIMEOUT', undefined].includes(extensions?.code);
    return new Refusal(isPassing ? main.dataset.unreachable : message);
  };

  // ask sends one operation, as whoever is signed in on this host, and returns its data.
  const ask = async (query, variables) => {
    let answer;
    try {
      const response = await fetch(main.dataset.endpoint, {
        method: 'POST',
        credentials: 'same-origin',
        headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json, application/json' },
        body: JSON.stringify({ query, variables }),
      });
      answer = await response.json();
    } catch {
      throw new Refusal(main.dataset.unreachable);
    }
    if (answer.errors?.length) {
      throw refusalOf(answer.errors[0]);
    }
    return answer.data;
  };

  const clear = (form) => {
    form.querySelectorAll('[data-error]').forEach((place) => (place.hidden = true));
    form.querySelectorAll('[aria-invalid]').forEach((input) => input.removeAttribute('aria-invalid'));
  };

  // complain shows a message at a field, or below the form if it has no such field.
  const complain = (form, name, message) => {
    const place = form.querySelector(`[data-error="${name}"]`) ?? form.querySelector('[data-error=""]');
    place.textContent = place.hidden ? message : `${place.textContent} ${message}`;
    place.hidden = false;
    if (form.elements[name]) {
      form.elements[name].setAttribute('aria-invalid', 'true');
    }
    form.querySelector('[aria-invalid]')?.focus();
  };

  // isRefused shows the user errors, each at its field, and says whether there are any.
  const isRefused = (form, userErrors) => {
    if (userErrors.some(({ code }) => code === 'INVALID_TOKEN')) {
      finish('invalid');
      return true;
    }
    for (const { path, message } of userErrors) {
      complain(form, path.at(-1) ?? '', message);
    }
    return userErrors.length > 0;
  };

  // onSubmit does something when a form is sent, and not again before it is done.
  const onSubmit = (state, act) => {
    const form = section(state).querySelector('form');
    let isBusy = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (isBusy) {
        return;
      }
      isBusy = true;
      const button = form.querySelector('button');
      button.disabled = true;
      clear(form);
      try {
        await act(form);
      } catch (error) {
        if (!(error instanceof Refusal)) {
          throw error;
        }
        complain(form, '', error.message);
      } finally {
        isBusy = false;
        button.disabled = false;
      }
    });
  };

  const confirmEmail = () => {
    onSubmit('ready', async (form) => {
      const { confirmEmail: result } = await ask(
        `mutation ConfirmEmail($input: ConfirmEmailInput!) {
          confirmEmail(input: $input) { email userErrors { code path message } }
        }`,
        { input: { token } },
      );
      if (!isRefused(form, result.userErrors)) {
        fill({ email: result.email });
        finish('done');
      }
    });
    show('ready');
  };

  const resetPassword = () => {
    onSubmit('ready', async (form) => {
      const { resetPassword: result } = await ask(
        `mutation ResetPassword($input: ResetPasswordInput!) {
          resetPassword(input: $input) { email userErrors { code path message } }
        }`,
        { input: { token, newPassword: form.elements.newPassword.value } },
      );
      if (!isRefused(form, result.userErrors)) {
        form.reset();
        fill({ email: result.email });
        finish('done');
      }
    });
    show('ready');
  };

  const invitation = () => {
    let email; // that the invitation was sent to
    let challenge; // of a sign-in that waits for a code

    // look shows what is offered, and how it can be accepted now.
    const look = async () => {
      const { invitation: offer, viewer } = await ask(
        `query Invitation($token: String!) {
          invitation(token: $token) { workspaceName inviterName name email role miniProgramNames expiresAt hasAccount }
          viewer { user { email displayName } }
        }`,
        { token },
      );
      if (!offer) {
        finish('invalid');
        return;
      }
      email = offer.email;
      describe(offer);
      if (viewer) {
        fill({ viewer: `${viewer.user.displayName} (${viewer.user.email})` });
        show(viewer.user.email === email ? 'accept' : 'other');
      } else {
        show(offer.hasAccount ? 'sign-in' : 'join');
      }
    };

    const describe = ({ role, miniProgramNames, expiresAt, hasAccount, ...texts }) => {
      const words = main.querySelector('[data-fill=role]').dataset;
      const until = new Date(expiresAt).toLocaleString(document.documentElement.lang, { dateStyle: 'long', timeStyle: 'short' });
      fill({ ...texts, role: words[role.toLowerCase()] ?? role, miniProgramNames: miniProgramNames.join(', '), expiresAt: until });
      const place = main.querySelector('[data-fill=miniProgramNames]');
      place.hidden = place.previousElementSibling.hidden = miniProgramNames.length === 0;
    };

    const accept = async (form, account = {}) => {
      const { acceptInvitation: result } = await ask(
        `mutation AcceptInvitation($input: AcceptInvitationInput!) {
          acceptInvitation(input: $input) { member { id } userErrors { code path message } }
        }`,
        { input: { token, ...account } },
      );
      // Meanwhile somebody signed in or out in another tab, or created the account.
      if (result.userErrors.some(({ code }) => code === 'SIGN_IN_REQUIRED' || code === 'OTHER_ACCOUNT')) {
        await look();
      } else if (!isRefused(form, result.userErrors)) {
        form.reset();
        finish('done');
      }
    };

    onSubmit('accept', (form) => accept(form));
    onSubmit('other', async () => {
      await ask('mutation SignOut { signOut { userErrors { code } } }');
      await look();
    });
    onSubmit('sign-in', async (form) => {
      const { signIn: result } = await ask(
        `mutation SignIn($input: SignInInput!) {
          signIn(input: $input) { challenge { token } userErrors { code path message } }
        }`,
        { input: { email, password: form.elements.password.value } },
      );
      if (result.challenge) {
        challenge = result.challenge.token;
        show('totp');
      } else if (!isRefused(form, result.userErrors)) {
        await accept(form);
      }
    });
    onSubmit('totp', async (form) => {
      const { signInWithTotp: result } = await ask(
        `mutation SignInWithTotp($input: SignInWithTotpInput!) {
          signInWithTotp(input: $input) { userErrors { code path message } }
        }`,
        { input: { challenge, code: form.elements.code.value } },
      );
      if (result.userErrors.some(({ code }) => code === 'INVALID_TOKEN')) {
        show('sign-in'); // the challenge was used or is too old
        isRefused(section('sign-in').querySelector('form'), result.userErrors.map((one) => ({ ...one, code: '', path: [] })));
      } else if (!isRefused(form, result.userErrors)) {
        await accept(form);
      }
    });
    onSubmit('join', (form) =>
      accept(form, { displayName: form.elements.displayName.value, password: form.elements.password.value }),
    );
    load(look);
  };

  // load shows what must be asked for first, or why it cannot be shown.
  const load = (look) => {
    const begin = async () => {
      show('working');
      try {
        await look();
      } catch (error) {
        if (!(error instanceof Refusal)) {
          throw error;
        }
        show('failed');
        complain(section('failed').querySelector('form'), '', error.message);
      }
    };
    onSubmit('failed', begin);
    begin();
  };

  for (const box of main.querySelectorAll('[data-shows-password]')) {
    box.addEventListener('change', () => {
      for (const input of box.form.querySelectorAll('[autocomplete$=password]')) {
        input.type = box.checked ? 'text' : 'password';
      }
    });
  }

  // The link of another mail, pasted into this tab, changes only the fragment.
  window.addEventListener('hashchange', () => location.reload());

  if (token === '') {
    show('incomplete');
  } else {
    ({ 'confirm-email': confirmEmail, 'reset-password': resetPassword, invitation })[main.dataset.page]();
  }
}
