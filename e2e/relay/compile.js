// Compiles the fixture in src from a clean state, then lets the compiler check that what it wrote is complete.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import compiler from 'relay-compiler';

const here = fileURLToPath(new URL('.', import.meta.url));
rmSync(`${here}generated`, { recursive: true, force: true });
mkdirSync(`${here}generated/artifacts`, { recursive: true });
// The compiler reads no file whose name ends in .graphqls.
copyFileSync(`${here}../../schema.graphqls`, `${here}generated/schema.graphql`);
for (const mode of [[], ['--validate']]) {
  const { error, status } = spawnSync(compiler, ['relay.config.json', ...mode], { cwd: here, stdio: 'inherit' });
  if (error) {
    throw error;
  }
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}
