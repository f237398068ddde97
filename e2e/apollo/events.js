// Subscriptions as server-sent events, for networks that let no WebSocket through.
import { ApolloLink, Observable } from '@apollo/client/core';
import { print } from 'graphql';
import { createClient } from 'graphql-sse';

export class EventsLink extends ApolloLink {
  constructor(uri, fetch) {
    super();
    this.events = createClient({ url: uri, credentials: 'include', fetchFn: fetch });
  }

  request({ query, variables, operationName }) {
    return new Observable((sink) => this.events.subscribe({ query: print(query), variables, operationName }, sink));
  }
}
