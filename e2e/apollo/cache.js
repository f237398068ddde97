// The cache of a front end on Apollo Client: how it keeps the schema's types, and how lists in it are changed.
import { InMemoryCache } from '@apollo/client/core';
import { relayStylePagination } from '@apollo/client/utilities';

// Every list is kept once for each filter and order, whatever its pages.
export const typePolicies = {
  Query: {
    fields: {
      workspace: { read: reference('Workspace') },
      miniProgram: { read: reference('MiniProgram') },
      version: { read: reference('Version') },
      industries: relayStylePagination(['search']),
      staff: relayStylePagination(),
      platformAuditEvents: relayStylePagination(['filter']),
    },
  },
  Viewer: {
    fields: {
      memberships: relayStylePagination(['filter']),
      sessions: relayStylePagination(),
    },
  },
  Workspace: {
    fields: {
      members: relayStylePagination(['filter']),
      invitations: relayStylePagination(['filter']),
      auditEvents: relayStylePagination(['filter']),
      apiTokens: relayStylePagination(),
      miniPrograms: relayStylePagination(['orderBy', 'filter']),
      quotas: { merge: false },
    },
  },
  Member: { fields: { miniPrograms: relayStylePagination() } },
  MiniProgram: { fields: { developers: relayStylePagination(), versions: relayStylePagination(['filter']) } },
  VersionComparison: { fields: { files: relayStylePagination() } },
  // What an address returns never changes, so the address identifies the logo: always select it.
  Logo: { keyFields: ['url'] },
};

// Fragments on Node need to know which types it has.
export const possibleTypes = {
  Node: [
    'ApiToken',
    'AuditEvent',
    'Industry',
    'Invitation',
    'LaunchTarget',
    'Member',
    'MiniProgram',
    'Session',
    'StaffMember',
    'Task',
    'User',
    'Version',
    'Viewer',
    'Workspace',
  ],
};

export function newCache() {
  return new InMemoryCache({ typePolicies, possibleTypes });
}

// reference finds an object that a list has already read.
function reference(__typename) {
  return (existing, { args, toReference }) => (existing === undefined ? toReference({ __typename, id: args.id }) : existing);
}

// addEdge puts the edge of a payload into a list, unless the list has its node.
export function addEdge(cache, object, field, edge, place) {
  editLists(cache, object, field, (list, { readField, toReference }) => {
    if (list.edges.some(({ node }) => readField('id', node) === edge.node.id)) {
      return list;
    }
    return withEdges(list, place(list, { ...edge, node: toReference(edge.node) }, readField), +1);
  });
}

export function atStart({ edges, pageInfo }, edge) {
  return pageInfo.hasPreviousPage ? edges : [edge, ...edges];
}

export function atEnd({ edges, pageInfo }, edge) {
  return pageInfo.hasNextPage ? edges : [...edges, edge];
}

// removeNode takes a node out of a list, if it may have been there.
export function removeNode(cache, object, field, id) {
  editLists(cache, object, field, (list, { readField }) => {
    const edges = list.edges.filter(({ node }) => readField('id', node) !== id);
    const isComplete = !list.pageInfo.hasNextPage && !list.pageInfo.hasPreviousPage;
    return edges.length === list.edges.length && isComplete ? list : withEdges(list, edges, -1);
  });
}

// editLists changes the list of a field that has no filter and the default order. Only the server knows what the others
// have now: they are dropped, and read again where they are on the screen.
export function editLists(cache, object, field, edit) {
  cache.modify({
    id: cache.identify(object),
    fields: {
      [field]: (list, details) =>
        /^\w+(:\{\})?$/.test(details.storeFieldName) ? edit(list, details) : details.DELETE,
    },
  });
}

function withEdges(list, edges, more) {
  const { totalCount, pageInfo } = list;
  const cursor = (edge, before) => (edge ? (edge.cursor ?? before) : null);
  return {
    ...list,
    edges,
    ...(totalCount !== undefined && { totalCount: totalCount + more }),
    pageInfo: {
      ...pageInfo,
      startCursor: cursor(edges[0], pageInfo.startCursor),
      endCursor: cursor(edges.at(-1), pageInfo.endCursor),
    },
  };
}
