// Lets graphql-http's audit judge a server, and prints what it does not find in order.
//
//   node audit.js URL
import { auditServer } from 'graphql-http';

const results = await auditServer({ url: `${process.argv[2]}/graphql` });
const amiss = results.filter(({ status }) => status !== 'ok');
for (const { status, id, name, reason } of amiss) {
  console.log(`${status} ${id}: ${name}: ${reason}`);
}
console.log(`${results.length - amiss.length} of ${results.length} ok`);
if (amiss.length > 0 || results.length !== 61) {
  process.exit(1);
}
