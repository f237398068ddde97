// Writes what graphql-js makes of many variables and documents, with which tests in Go compare the server; with --check it only makes
// sure that the files have it.
import { readFileSync, writeFileSync } from 'node:fs'
import { buildSchema, GraphQLScalarType, parse, validate } from 'graphql'
import { getVariableValues } from 'graphql/execution/values.js'
import { documents, documentSchema } from './coercion/documents.js'
import { rows, sdl } from './coercion/variables.js'

const withDay = (text) => {
  const schema = buildSchema(text)
  const parseValue = (value) => {
    if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) throw new Error('A Day is a text such as 2026-11-22.')
    return value
  }
  const day = schema.getType('Day')
  day.parseValue = parseValue
  day.parseLiteral = (node) => parseValue(node.kind === 'StringValue' ? node.value : node)
  return schema
}

const schema = withDay(sdl)
const variables = rows.map(([definitions, sent]) => {
  const [operation] = parse(`query (${definitions}) { __typename }`).definitions
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions, JSON.parse(sent), { maxErrors: 50 })
  return { definitions, sent, ...(errors ? { errors: errors.map((e) => e.message) } : { coerced }) }
})

const judged = withDay(documentSchema)
const judge = (text) => {
  try {
    return { text, errors: validate(judged, parse(text)).map((e) => e.message) }
  } catch (e) {
    return { text, errors: [e.message] }
  }
}

const files = {
  '../internal/coercion/testdata/variables.json': { schema: sdl, rows: variables },
  '../internal/gqlhttp/testdata/documents.json': { schema: documentSchema, rows: documents.map(judge) },
}
for (const [name, content] of Object.entries(files)) {
  const path = new URL(name, import.meta.url)
  // A row a line, so that a change shows which rows it is about.
  const text = `{\n"schema": ${JSON.stringify(content.schema)},\n"rows": [\n${content.rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n}\n`
  if (process.argv.includes('--check')) {
    if (readFileSync(path, 'utf8') !== text) throw new Error(`${name} is not what graphql-js gives: run node coercion.js`)
  } else {
    writeFileSync(path, text)
  }
  console.log(`${name}: ${content.rows.length} rows`)
}
