// Compares the schema with the one that landed last. Breaking changes have to be named in the changelog's first section.
//
//   node schema/changes.js          prints what changed; fails when a breaking change is not named
//   node schema/changes.js --land   the same, then dates the first section, lists all changes in it, and keeps the schema
//
// Other files can be given: node schema/changes.js LANDED SCHEMA CHANGELOG
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const next = '## Not landed yet\n';
const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values, positionals } = parseArgs({ allowPositionals: true, options: { land: { type: 'boolean' } } });
const [
  landed = file('landed.graphqls'),
  schema = file('../../schema.graphqls'),
  changelog = file('changes.md'),
] = positionals;

const read = (path) => buildSchema(readFileSync(path, 'utf8'));
const changes = await diff(read(landed), read(schema));
const [before, rest] = split(readFileSync(changelog, 'utf8'), next);
const [told, history] = split(rest, '\n## ');

const unnamed = changes.filter((change) => isBreaking(change) && !told.includes(named(change)));
for (const { criticality, message } of changes) {
  console.log(`${criticality.level}: ${message}`);
}
if (unnamed.length > 0) {
  console.log(`
Clients break. Undo it, or name it in e2e/schema/changes.md under "Not landed yet", with the reason after the colon:

${unnamed.map((change) => `- ${named(change)} `).join('\n')}

When it lands: (cd e2e && npm run land-schema)`);
  process.exitCode = 1; // process.exit would cut what is still being written to a pipe
} else if (values.land) {
  land();
}

function isBreaking({ criticality }) {
  return criticality.level === CriticalityLevel.Breaking;
}

// named is how the changelog names a change.
function named({ type, path }) {
  return `\`${path}\` ${type}:`;
}

function land() {
  if (changes.length === 0) {
    return;
  }
  const others = changes.filter((change) => !isBreaking(change)).map(({ message }) => `- ${message}`);
  const entry = [told.trim(), others.join('\n')].filter(Boolean).join('\n');
  const today = new Date().toISOString().slice(0, 10);
  writeFileSync(changelog, `${before}${next}\n## ${today}\n\n${entry}\n\n## ${history}`);
  copyFileSync(schema, landed);
}

// split cuts a text in two around a mark, which must be there.
function split(text, mark) {
  const at = text.indexOf(mark);
  if (at < 0) {
    throw new Error(`no ${JSON.stringify(mark.trim())} in ${changelog}`);
  }
  return [text.slice(0, at), text.slice(at + mark.length)];
}
