import graphql from '@graphql-eslint/eslint-plugin';

export default [
  {
    files: ['**/*.graphqls'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: 'schema.graphqls' } } },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      '@graphql-eslint/description-style': ['error', { style: 'block' }],
      // Every element that can have a description has one.
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          rootField: true,
          DirectiveDefinition: true,
          EnumValueDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
        },
      ],
      // Our connections offer `nodes` beside `edges`.
      '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false }],
      // Values, pages and answers are not things with an identity.
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          exceptions: {
            suffixes: ['Payload', 'Connection', 'Edge'],
            types: [
              'AuditChange',
              'FieldRule',
              'FileChange',
              'InvitationOffer',
              'Logo',
              'MembershipEvent',
              'MessageParam',
              'PageInfo',
              'PartChange',
              'Quota',
              'SessionEnd',
              'SettingChange',
              'SignInChallenge',
              'TabBar',
              'TabBarItem',
              'TaskLogEntry',
              'TotpSecret',
              'UserError',
              'VersionComparison',
              'VersionFile',
              'VersionPage',
              'VersionPart',
              'VersionPermission',
              'VersionPlugin',
              'VersionQuota',
              'WorkspaceChange',
            ],
          },
        },
      ],
    },
  },
];
