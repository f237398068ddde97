// Asks with Apollo Client and with urql for a persisted query, which the server does not support: each goes on with the whole text.
//
//   node persisted.js URL
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';

const [server] = process.argv.slice(2);
const uri = `${server}/graphql`;
const text = '{ industries(first: 1) { nodes { code } } }';

// sent records what a client sends, whether it has the query's text, and which status the server answers with.
const recording = (sent) => async (url, options) => {
  const parameters = options.method === 'GET' ? new URL(url).searchParams : new URLSearchParams(Object.entries(JSON.parse(options.body)));
  const response = await fetch(url, options);
  sent.push([options.method, parameters.has('query'), response.status, response.headers.get('content-type').split(';')[0]]);
  return response;
};

const sha256 = (query) => createHash('sha256').update(query).digest('hex');
const graphql = 'application/graphql-response+json';

for (const useGETForHashedQueries of [false, true]) {
  const sent = [];
  const link = new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(new HttpLink({ uri, fetch: recording(sent) }));
  const apollo = new ApolloClient({ link, cache: new InMemoryCache() });
  for (const fetchPolicy of ['network-only', 'network-only']) {
    const { data } = await apollo.query({ query: gql(text), fetchPolicy });
    assert.equal(data.industries.nodes.length, 1);
  }
  // It asks once, and knows for the second query.
  const hashed = useGETForHashedQueries ? 'GET' : 'POST';
  assert.deepEqual(sent, [[hashed, false, 400, graphql], ['POST', true, 200, graphql], ['POST', true, 200, graphql]]);
}

for (const preferGetMethod of [false, true]) {
  const sent = [];
  const urql = new Client({ url: uri, preferGetMethod, exchanges: [persistedExchange({ preferGetForPersistedQueries: preferGetMethod }), fetchExchange], fetch: recording(sent) });
  for (const requestPolicy of ['network-only', 'network-only']) {
    const { data, error } = await urql.query(text, {}, { requestPolicy });
    assert.equal(error, undefined);
    assert.equal(data.industries.nodes.length, 1);
  }
  assert.equal(sent[0][1], false);
  assert.deepEqual(sent.slice(1).map(([, hasText, status]) => [hasText, status]), [[true, 200], [true, 200]]);
}
console.log('Apollo Client and urql go on with the text of the query.');
