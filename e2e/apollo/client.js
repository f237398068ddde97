// A client of Apollo: requests and files over HTTP, subscriptions over a WebSocket or as server-sent events.
import { ApolloClient, ApolloLink } from '@apollo/client/core';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import UploadHttpLink from 'apollo-upload-client/UploadHttpLink.mjs';
import { createClient } from 'graphql-ws';
import { newCache } from './cache.js';
import { EventsLink } from './events.js';

// In a browser uri is all that is given. Node.js keeps no cookies, so the tests bring what does.
export function newClient({ uri, fetch, webSocketImpl, overEvents = false }) {
  const http = new UploadHttpLink({
    uri,
    credentials: 'include',
    headers: { 'Apollo-Require-Preflight': 'true' },
    fetch,
  });
  const live = overEvents
    ? new EventsLink(uri, fetch)
    : new GraphQLWsLink(createClient({ url: uri.replace(/^http/, 'ws'), webSocketImpl }));
  const isSubscription = ({ operationType }) => operationType === 'subscription';
  return new ApolloClient({
    link: ApolloLink.split(isSubscription, live, http),
    cache: newCache(),
  });
}

// refusal returns what a program can do about an error: its code, and for RATE_LIMITED when to try again.
export function refusal(error) {
  const extensions = CombinedGraphQLErrors.is(error) ? error.errors[0].extensions : undefined;
  return { code: extensions?.code ?? 'NETWORK', retryAfter: extensions?.retryAfter, requestId: extensions?.requestId };
}

// messages returns the messages of user errors by the path of the field that each is about.
export function messages(userErrors) {
  return new Map(userErrors.map(({ path, message }) => [path.join('.'), message]));
}
