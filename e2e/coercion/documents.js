// The documents that are judged as valid or not: literals and variables in every position, directives, fragments, operations.
export const documentSchema = `
scalar Day
enum Direction { ASC DESC }
input Order { field: String! direction: Direction! = ASC }
input Logo @oneOf { file: ID base64: String order: Order }
input Form { name: String! size: Int! = 3 logo: Logo tags: [[String!]!] ids: [ID!] }
interface Node { id: ID! }
type User implements Node { id: ID! name(in: Direction = ASC): String friends(first: Int, ids: [ID!]): [User!]! }
type Team implements Node { id: ID! name(in: Direction): String! members: [User!]! }
union Found = User | Team
type Query {
  int(v: Int): Int  intNeeded(v: Int!): Int  intDefault(v: Int! = 3): Int  float(v: Float): Int  string(v: String): Int  boolean(v: Boolean): Int  id(v: ID): Int  day(v: Day): Int
  direction(v: Direction): Int  ints(v: [Int]): Int  intsNeeded(v: [Int!]!): Int  lists(v: [[Int!]]): Int  ids(v: [ID!]!): Int  directions(v: [Direction!]): Int  days(v: [Day]): Int
  order(v: Order): Int  orders(v: [Order!]): Int  logo(v: Logo): Int  form(v: Form!): Int
  user: User  node(id: ID!): Node  found: [Found]
}
type Mutation { set(v: Form): Int  other: Int }
type Subscription { tick(v: Int): Int  user: User }
`

const literals = [
  'null', 'true', '0', '-0', '1', '-1', '2147483647', '2147483648', '-2147483648', '-2147483649', '99999999999999999999', '1.0', '1.5', '1e3', '""', '"1"', '"ASC"', '"2026-11-22"', '"x"', '"""block"""', '"""2026-11-22"""',
  'ASC', 'DESC', 'asc', 'TRUE', 'NULL', 'name', '[]', '[null]', '[1]', '[1, "2"]', '["a"]', '[ASC]', '[ASC, null]', '[[1]]', '[[1], [null]]', '[[1], 2, null]', '[[[1]]]', '["2026-11-22", null]', '[{}]', '[{field: "a"}]', '[[{field: "a"}]]',
  '{}', '{a: 1}', '{field: "a"}', '{field: "a", direction: ASC}', '{field: "a", direction: "ASC"}', '{field: "a", direction: null}', '{field: null}', '{field: 1}', '{field: "a", field: "b"}', '{field: "a", x: 1}', '{direction: ASC}', '{field: []}', '{field: {}}',
  '{file: "a"}', '{file: null}', '{file: 1}', '{file: "a", base64: "b"}', '{file: "a", base64: null}', '{file: {}}', '{order: {field: "a"}}', '{order: {}}', '{nope: 1}',
  '{name: "a"}', '{name: "a", size: null}', '{name: "a", size: 1.5}', '{name: "a", logo: {}}', '{name: "a", logo: {file: "x"}}', '{name: "a", logo: {file: null}}', '{name: "a", tags: "x"}', '{name: "a", tags: [["x", 1]]}', '{name: "a", tags: [null]}', '{name: "a", ids: 5}', '{name: "a", ids: [5, "x", 1.5]}',
  '$undefined', '[$undefined]', '{field: $undefined}', '[{field: $undefined}]',
]
const fields = [
  'int', 'intNeeded', 'intDefault', 'float', 'string', 'boolean', 'id', 'day', 'direction', 'ints', 'intsNeeded', 'lists', 'ids', 'directions', 'days', 'order', 'orders', 'logo', 'form',
]
const infinite = (field, literal) => field === 'float' && literal.length > 15 // read as what they are nearly
const arguments_ = fields.flatMap((field) => literals.filter((literal) => !infinite(field, literal)).map((literal) => `{ ${field}(v: ${literal}) }`))

const types = ['Int', 'Int!', 'Float', 'String', 'String!', 'Boolean', 'Boolean!', 'ID', 'ID!', 'Day', 'Direction', 'Direction!', '[Int]', '[Int!]', '[Int!]!', '[[Int!]]', '[ID!]', '[ID!]!', 'Order', 'Order!', '[Order!]', 'Logo', 'Form', 'Form!', 'User', 'Node', 'Nope']
const positions = [
  ...fields.map((field) => `${field}(v: $v)`),
  'ints(v: [$v])', 'intsNeeded(v: [$v])', 'lists(v: [[$v]])', 'lists(v: [$v])', 'ids(v: [$v])', 'directions(v: [$v])', 'order(v: {field: $v})', 'order(v: {field: "a", direction: $v})', 'orders(v: [$v])', 'orders(v: [{field: $v}])',
  'logo(v: {file: $v})', 'logo(v: {base64: $v})', 'logo(v: {order: $v})', 'form(v: {name: $v})', 'form(v: {name: "a", size: $v})', 'form(v: {name: "a", logo: $v})', 'form(v: {name: "a", logo: {file: $v}})', 'form(v: {name: "a", ids: [$v]})',
  'int @skip(if: $v)', 'int @include(if: $v)', 'user { name(in: $v) }', 'user { friends(first: $v) { id } }', 'user { ...{ friends(ids: $v) { id } } }', 'user { ...on User @include(if: $v) { id } }',
]
const variables = types.flatMap((type) => positions.map((position) => `query ($v: ${type}) { ${position} }`))
const defaulted = [
  ['Int', '5'], ['Int', 'null'], ['Int!', '5'], ['Int!', 'null'], ['Int', '"5"'], ['Int', '{}'], ['Int', '[1]'], ['[Int]', '5'], ['[Int!]', '[1, null]'], ['[Int!]', '[1]'], ['Boolean', 'true'], ['Boolean', '"true"'], ['Boolean', 'null'], ['Direction', 'ASC'], ['Direction', '"ASC"'], ['Direction', 'asc'],
  ['ID', '5'], ['ID', '1.5'], ['String', '"a"'], ['Order', '{}'], ['Order', '{field: "a"}'], ['Logo', '{}'], ['Logo', '{file: "a"}'], ['Form', '{name: 1}'], ['Day', '"2026-11-22"'], ['Day', '"x"'], ['Int', '$w'], ['User', '{}'],
].flatMap(([type, literal]) => positions.map((position) => `query ($v: ${type} = ${literal}) { ${position} }`))

const conditions = ['true', 'null', '"true"', '1', '{}', '[]', '[true]', 'TRUE', '$v', '{a: $v}', '"""x"""'].flatMap((literal) => [
  `{ int @skip(if: ${literal}) }`, `{ int @include(if: ${literal}) }`, `{ user { ...F @skip(if: ${literal}) } } fragment F on User { id }`, `{ user { ... @include(if: ${literal}) { id } } }`, `query ($v: Boolean!) { int @skip(if: ${literal}) }`,
])
const directives = [
  '{ int @skip }', '{ int @skip(iff: true) }', '{ int @skip(if: true, if: true) }', '{ int @skip(if: true) @skip(if: true) }', '{ int @skip(if: true) @include(if: true) }', '{ int @nope }', '{ int @deprecated }', 'query @skip(if: true) { int }', 'query ($v: Int @skip(if: true)) { int(v: $v) }', '{ user { ...F } } fragment F on User @include(if: true) { id }',
  '{ int @oneOf }', '{ int @specifiedBy(url: "x") }', '{ int @skip(if: true, x: 1) }', '{ int @defer }', '{ user { ... @defer { id } } }',
]
const operations = [
  '', ' ', '#', '{', '}', '{}', '{ }', 'query', 'query {}', 'query () { int }', '{ int() }', '{ int', '{ nope }', '{ int int }', '{ int { a } }', '{ user }', '{ user {} }', '{ user { id } }', '{ user { nope } }', '{ __typename }', '{ __type(name: "User") { name } }', '{ __type { name } }', '{ __schema { types { name } } }', '{ __nope }', '{ user { __schema { types { name } } } }',
  '{ int } { id }', '{ int } query A { id }', 'query A { int } query B { id }', 'query A { int } query A { id }', 'query A { int } mutation A { other }', 'mutation { other }', 'mutation { other nope }', 'mutation { int }', 'fragment F on User { id }', '{ int } fragment F on User { id }', '{ ...F } fragment F on Query { int }', '{ ...F } fragment F on User { id }', '{ ...F } fragment F on Query { ...F }',
  '{ ...F } fragment F on Query { ...G } fragment G on Query { ...F int }', '{ ...F } fragment F on Query { int } fragment F on Query { id }', '{ ...F } fragment F on Nope { id }', '{ ...F } fragment F on Direction { id }', '{ ...F } fragment F on Order { id }', '{ ...on User { id } }', '{ ...on Int { id } }', '{ ...G }', '{ node(id: 1) { name } }', '{ node(id: 1) { ...on User { name } } }', '{ node(id: 1) { ...on Found { ...on User { id } } } }',
  '{ node(id: 1) { ...on Query { int } } }', '{ found { id } }', '{ found { __typename ...on Node { id } } }', '{ found { ...on Team { members { id } } ...on User { friends { id } } } }', '{ node { id } }', '{ node(id: 1, id: 2) { id } }', '{ node(id: 1, x: 2) { id } }', '{ node(x: 2) { id } }', 'query ($v: Int) { int }', 'query ($v: Int, $v: Int) { int(v: $v) }', 'query ($v: Int) { ...F } fragment F on Query { int(v: $v) }',
  'query A($v: Int) { ...F } query B { ...F } fragment F on Query { int(v: $v) }', 'query A($v: Int) { ...F } query B($v: String) { ...F } fragment F on Query { int(v: $v) }', 'query ($v: Int) { int(v: $V) }', 'type A { b: Int }', '{ int } type A { b: Int }', 'extend type User { x: Int }', 'schema { query: Query }', 'fragment on on User { id }', '{ on }', 'query on { int }', '{ user { true } }', '{ true: int }', 'query true { int }', 'fragment true on User { id }',
  'query ($v: Int!) { int(v: $v) intNeeded(v: $v) ints(v: $v) ints2: ints(v: [$v]) }', '"description" query { int }', '{ int(v: 01) }', '{ int(v: 1.) }', '{ int(v: .5) }', '{ int(v: 1a) }', '{ int(v: +1) }', '{ string(v: "a\nb") }', '{ string(v: "\\x") }', '{ string(v: "\\u00e9\\u{1F600}") }', '{ string(v: "\\uD83D\\uDE00") }', '{ string(v: "\\uD83D") }', '{ string(v: "\\uDE00\\uD83D") }', '{ string(v: "x\\ud83dx") }', '{ string(v: "\\\\ud83d") }', '{ string(v: """\\ud83d""") }', '{ string(v: "\\u{D83D}") }', '{ string(v: "\\u{110000}") }', '{ string(v: "é小😀") }', "{ string(v: 'a') }", '{ int, , id }', '\uFEFF{ int }', '{ int }\u0000', '{ int(v: ) }', '{ int(: 1) }', '{ int(v 1) }', '{ int(v: {a}) }', '{ int(v: [1) }', '{ int(v: $) }', '{ order(v: {field: "a" direction: ASC}) }', 'query($v:Int=){int(v:$v)}', 'query($v){int(v:$v)}', 'query(v:Int){int}', 'query($v:[Int){int}', 'query($v:Int!!){int}',
]
const overlaps = [
  '{ a: int a: id }', '{ a: int(v: 1) a: int(v: 2) }', '{ a: int(v: 1) a: int(v: 1) }', '{ a: int(v: 1) a: int }', '{ a: ints(v: [1, 2]) a: ints(v: [2, 1]) }', '{ a: order(v: {field: "a", direction: ASC}) a: order(v: {direction: ASC, field: "a"}) }', '{ user { id } user { name } }', '{ a: user { b: id } a: user { b: name } }', '{ found { ...on User { a: name } ...on Team { a: id } } }', '{ found { ...on User { a: id } ...on Team { a: id } } }', '{ found { ...on User { name } ...on Team { name } } }', '{ found { ...on User { a: friends { b: id } } ...on Team { a: members { b: name } } } }', '{ found { ...on User { name(in: ASC) } ...on Team { a: name(in: DESC) } } }', 'query ($v: Int) { a: int(v: $v) a: int(v: $v) }', 'query ($v: Int, $w: Int) { a: int(v: $v) a: int(v: $w) }', '{ ...F ...G } fragment F on Query { a: int } fragment G on Query { a: id }', '{ user { ...F } ...H } fragment F on User { a: id } fragment H on Query { user { a: name } }', '{ a: string(v: "x") a: string(v: """x""") }', '{ a: __typename a: int }',
]
const subscriptions = [
  '{ tick }', '{ tick(v: 1) }', '{ tick user { id } }', '{ tick tick }', '{ a: tick b: tick }', '{ tick(v: 1) tick(v: 2) }', '{ __typename }', '{ tick __typename }', '{ a: __typename }', '{ ...F } fragment F on Subscription { tick }', '{ ...F } fragment F on Subscription { tick user { id } }', '{ ...F ...G } fragment F on Subscription { tick } fragment G on Subscription { user { id } }', '{ ...F ...G } fragment F on Subscription { tick } fragment G on Subscription { tick }', '{ ... { tick ... { user { id } } } }', '{ ...on Subscription { tick } }', '{ ...F tick } fragment F on Subscription { a: tick }', '{ ...F } fragment F on Subscription { __typename }', '{ user { id name } }', '{ user { __typename } }', '{ nope }',
].flatMap((selections) => [`subscription ${selections}`, `subscription S ${selections}`])

export const documents = [...arguments_, ...variables, ...defaulted, ...conditions, ...directives, ...operations, ...overlaps, ...subscriptions]
