'use strict';

{
  const place = document.getElementById('playground');

  // isSubscription tells whether the operation that was chosen, or the only one, is a subscription.
  const isSubscription = (query, operationName) => {
    try {
      const operations = GraphiQL.GraphQL.parse(query).definitions.filter(({ kind }) => kind === 'OperationDefinition');
      const chosen = operations.length > 1 ? operations.find(({ name }) => name?.value === operationName) : operations[0];
      return chosen?.operation === 'subscription';
    } catch {
      return false;
    }
  };

  // choosesOperation tells whether a query text has several operations, so that a request must name one of them.
  const choosesOperation = (query) => {
    try {
      const { definitions } = GraphiQL.GraphQL.parse(query);
      return definitions.filter(({ kind }) => kind === 'OperationDefinition').length > 1;
    } catch {
      return true;
    }
  };

  // send sends one GraphQL request, as whoever is signed in on this host.
  const send = ({ query, variables, operationName }, options, accept, signal) => {
    // For a moment after a change of tabs, GraphiQL still names the operation of the tab before.
    const name = choosesOperation(query) ? operationName : undefined;
    const headers = new Headers({ 'Content-Type': 'application/json', Accept: accept, 'GraphQL-Require-Preflight': '1' });
    for (const [field, value] of Object.entries(options?.headers ?? {})) {
      headers.set(field, value);
    }
    return fetch(place.dataset.endpoint, {
      method: 'POST',
      credentials: 'same-origin',
      headers,
      body: JSON.stringify({ query, variables, operationName: name }),
      signal,
    });
  };

  // read returns an answer, which may carry any HTTP status.
  const read = async (response) => {
    const text = await response.text();
    try {
      return JSON.parse(text);
    } catch {
      return { errors: [{ message: `HTTP ${response.status} ${response.statusText}: ${text}` }] };
    }
  };

  const post = async (request, options) =>
    read(await send(request, options, 'application/graphql-response+json, application/json'));

  // listen yields the answers of a subscription until it is complete, or until the reader stops.
  async function* listen(request, options) {
    const stop = new AbortController();
    let isComplete = false; // nothing is left to stop then, and the browser takes stopping it for a failure
    try {
      const response = await send(request, options, 'text/event-stream', stop.signal);
      if (!response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
        yield await read(response);
        return;
      }
      let text = '';
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) {
          isComplete = true;
          return;
        }
        const events = (text + decoder.decode(value, { stream: true })).split('\n\n');
        text = events.pop();
        for (const event of events) {
          const [kind, data] = event.split('\n');
          if (kind === 'event: next') {
            yield JSON.parse(data.slice('data: '.length));
          }
        }
      }
    } finally {
      if (!isComplete) {
        stop.abort();
      }
    }
  }

  const fetcher = (request, options) =>
    (isSubscription(request.query, request.operationName) ? listen : post)(request, options);

  const address = new URL(place.dataset.endpoint, location.href).href;

  const lookAround = `# Welcome to minidock!
#
# Send this query with the play button or
# Ctrl-Enter. It needs no signing in.
#
# The next tabs sign in, create a mini
# program and send a file. The button with
# the book opens the docs.

query LookAround {
  # Where mini programs are launched,
  # and the rules of the fields there.
  launchTargets {
    code
    name
    quota
    fieldRules {
      field
      minLength
      maxLength
      hint
    }
  }

  # Found by code, English or Chinese words.
  industries(search: "restaur", first: 5) {
    nodes {
      code
      name(language: "zh-Hans")
    }
  }

  # Null while signed out.
  viewer {
    user {
      displayName
    }
  }
}
`;

  const signIn = `# This sets a cookie, which the other tabs
# send, too. The mutation signOut ends it.
#
# The demo has these people, all with the
# password demo-password-1:
#   owner@demo.example
#   master@demo.example
#   developer@demo.example
# and of the platform's staff:
#   reviewer@demo.example
#   admin@demo.example
# Incorrect password? Then load them once,
# beside the server:
#   minidock demo load
#
# This browser will remember what you type
# here, so do not use a password of yours.

mutation SignIn {
  signIn(input: { email: "owner@demo.example", password: "demo-password-1" }) {
    viewer {
      user {
        displayName
      }
      memberships {
        nodes {
          role
          workspace {
            id
            name
          }
        }
      }
    }
    userErrors {
      message
      path
      code
    }
  }
}
`;

  const create = `# Sign in first. Then copy the id of a
# workspace from that answer into the
# variables below.
#
# The logo is in base64 here; as a file it
# is sent as in the next tab. Where lengths
# are limited, a Chinese character counts
# as two.

mutation CreateMiniProgram($input: CreateMiniProgramInput!) {
  createMiniProgram(input: $input) {
    miniProgram {
      id
      appId
      name
      status
      language
      logo {
        url
        width
        height
      }
    }
    warnings {
      path
      message
    }
    userErrors {
      path
      code
      message
      messageParams {
        name
        value
      }
    }
  }
}
`;

  // The commands work as they are once the # are gone.
  const upload = `# This page cannot send files; curl can.
#
# 1. Send the query below, signed in, and
#    copy the id of a mini program.
# 2. Copy these commands without the #
#    (Ctrl-/ removes them), put the id in,
#    and run them beside a logo.png.
#
# curl -c cookies '${address}' \\
#  -H 'Content-Type: application/json' \\
#  -d '{"query": "mutation { signIn(input: {email: \\"owner@demo.example\\", password: \\"demo-password-1\\"}) { userErrors { message } } }"}'
#
# curl -b cookies '${address}' \\
#  -H 'GraphQL-Require-Preflight: 1' \\
#  -F 'operations={"query": "mutation($input: UpdateMiniProgramInput!) { updateMiniProgram(input: $input) { miniProgram { logo { url } } userErrors { path message } } }", "variables": {"input": {"miniProgramId": "THE ID", "logo": {"file": null}}}}' \\
#  -F 'map={"0": ["variables.input.logo.file"]}' \\
#  -F '0=@logo.png'
#
# So are all files sent: null in the place
# of the file, and its path in the map.

query UploadFile {
  viewer {
    memberships {
      nodes {
        workspace {
          miniPrograms {
            nodes {
              id
              name
              logo {
                url
              }
            }
          }
        }
      }
    }
  }
}
`;

  const miniProgram = {
    workspaceId: 'paste the id of a workspace here',
    launchTargetCode: 'ALIPAY_CN',
    name: '西湖小面馆',
    tagline: '现煮杭州面，扫码点餐不排队',
    description: '西湖边的家常面馆。到店扫码点餐、提前订座、查看今日菜单，也可以外卖到家。',
    industryCode: '5812',
    servicePhone: '0571-1234567',
    serviceEmail: 'service@demo.example',
    logo: {
      base64:
        'iVBORw0KGgoAAAANSUhEUgAAAGAAAABgAgMAAACf9p+rAAAACVBMVEUWd///////1mZVlPgqAAAAeUlEQVR42mNgGAXDHGitAuIVDAyrVoxKDGqJYQ1EQ9FACB0l0GVCGGggwYoqEUALCUZUCQcKJBhQJRgokRDFHiJoHgkgRoIRh2tRbWcgSkIUu6NQbA9AkWDEYTeyJWgJmxW7SUhmOeDICyEYmYQVu0kwLSGjldlQAwDPIcfFzZcf6gAAAABJRU5ErkJggg==',
    },
  };

  ReactDOM.createRoot(place).render(
    React.createElement(
      GraphiQL,
      {
        fetcher,
        // Other projects' playgrounds on localhost would otherwise share their tabs with this one.
        storage: GraphiQL.createLocalStorage({ namespace: 'minidock' }),
        defaultTabs: [
          { query: lookAround },
          { query: signIn },
          { query: create, variables: JSON.stringify({ input: miniProgram }, null, 2) },
          { query: upload },
        ],
        defaultQuery: '',
        defaultEditorToolsVisibility: 'variables',
      },
      React.createElement(GraphiQL.Logo, null, 'minidock'),
    ),
  );
}
