// Writes the types of the operations in operations.graphql from a clean state.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generate } from '@graphql-codegen/cli';

const here = fileURLToPath(new URL('.', import.meta.url));
rmSync(`${here}generated`, { recursive: true, force: true });
await generate({
  cwd: here,
  silent: true,
  errorsOnly: true,
  schema: '../../schema.graphqls',
  documents: ['operations.graphql', 'use.ts'],
  generates: {
    'generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        strictScalars: true,
        useTypeImports: true,
        scalars: { DateTime: 'string', Upload: 'Blob' },
      },
    },
  },
});
