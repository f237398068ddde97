// The variables that are coerced: types of a schema, each with many values.
export const sdl = `
scalar Day
enum Direction { ASC DESC }
enum Status { CREATED UNDER_REVIEW ONLINE OFFLINE field2 field10 }
input Order { field: String! direction: Direction! = ASC }
input Filter { status: [Status!] search: String since: Day ids: [ID!]! = ["a", 5] first: Int = 10 ratio: Float = 1 not: Filter orders: [Order!] }
input Logo @oneOf { file: ID base64: String size: Int! order: Order }
input Form { name: String! logo: Logo tags: [[String!]!] counts: [[Int]] = [[1], null, [2, null]] isLive: Boolean! = false order: Order = { field: "name" } }
type Query { a: Int }
`

const values = [
  'null', 'true', 'false', '0', '-0', '1', '-1', '1.0', '1e0', '-1.0e0', '1.5', '1E3', '0.1', '1e-7', '1.5e-9', '0.000001', '1e21', '1.5e300', '1e400', '-1e400', '123456789012345',
  '2147483647', '2147483648', '2147483648.0', '-2147483648', '-2147483649', '9007199254740991', '4294967296.5',
  '""', '"1"', '"1.0"', '"true"', '"ASC"', '"asc"', '"Asc"', '"ASCC"', '"DSC"', '"CREATD"', '"field1"', '"field 2"', '"UNDER REVIEW"', '"name"', '"2026-11-22"', '"2026"', '"null"', '" "',
  '"a\\"b\\\\c\\n\\t\\u0001\\b\\f\\u007f"', '"<é小😀\\u2028>"',
  '[]', '[null]', '["ASC"]', '["asc"]', '["ASC", "x", null, 3, "DESC"]', '[1]', '[1, 2.0, "3", 4.5, null, true]', '[[1], [2, null], null, 3]', '[["a"], "b", ["c", null], null]', '[[[1]]]', '[[[["deep"]]]]',
  '[1,2,3,4,5,6,7,8,9,10,11]', '[1,2,3,4,5,6,7,8,9,10,11,12]', '[{}]', '[{"a":1}]', '[["2026-11-22"], "2026-01-01"]',
  '{}', '{"a":1}', '{"a":{"b":{"c":{}}}}', '{"a":{"b":{"c":{"d":1}}}}', '{"a":[[[[]]], [[1]]]}', '{"x":1,"y":"2","z":null}', '{"length":1}', '{"0":1}',
]

const types = [
  'Int', 'Int!', 'Float', 'Float!', 'String', 'String!', 'Boolean', 'Boolean!', 'ID', 'ID!', 'Day', 'Day!', 'Direction', 'Direction!', 'Status', '[Int]', '[Int!]', '[Int]!', '[Int!]!', '[[Int]]', '[[Int!]!]!',
  '[String]', '[[String!]!]', '[ID!]!', '[Direction!]', '[[Direction]]', '[Boolean]', '[Float!]', '[Day!]', 'Order', 'Order!', '[Order!]', 'Filter', 'Logo', 'Logo!', '[Logo]', 'Form',
]

const orders = [
  '{"field":"name"}', '{"field":"name","direction":"asc"}', '{"direction":"desc","field":"name"}', '{"direction":"DESC"}', '{"field":null}', '{"field":"a","direction":null}', '{"field":1,"direction":2}',
  '{"field":"name","directon":"ASC"}', '{"fild":"name"}', '{"Field":"name"}', '{"field":"name","x":1,"yy":2}', '{"field":"name","__typename":"Order"}', '[{"field":"name"}]', '"name"', '7',
]
const filters = [
  '{"status":["CREATED","created"]}', '{"status":"CREATED"}', '{"status":"CREATD"}', '{"status":[null]}', '{"status":null,"ids":null}', '{"since":"x"}', '{"since":5}', '{"since":"2026-11-22"}', '{"since":["2026-11-22"]}',
  '{"ids":[]}', '{"ids":7}', '{"ids":[1,"2",3.0,4.5]}', '{"first":null}', '{"first":"5"}', '{"first":2147483648}', '{"ratio":"1"}', '{"ratio":2}', '{"not":{"not":{"status":["x"]}}}', '{"not":{"first":1.0}}', '{"orders":{"field":"a"}}',
  '{"orders":[{"field":"a"},{"field":2},{}]}', '{"serch":"x"}', '{"status":["A","B","C","D","E","F","G"]}', '{"since":{"a":1},"first":[1],"search":{"b":[2]}}',
]
const logos = [
  '{"file":"a"}', '{"base64":"a"}', '{"size":1}', '{"file":null}', '{"file":null,"base64":null}', '{"file":"a","base64":null}', '{"base64":null,"file":"a"}', '{"file":"a","base64":"b"}', '{"file":"a","size":1}', '{"fil":"a"}', '{"size":null}',
  '{"size":"1"}', '{"file":1.5}', '{"file":null,"size":2}', '{"order":{}}', '{"order":{"field":"a"},"size":3}', '{"size":3,"zzzzzz":3}', '{"size":3,"order":null}',
]
const forms = [
  '{"name":"a"}', '{"name":"a","logo":{}}', '{"name":"a","logo":{"file":null,"size":4}}', '{"name":"a","logo":{"size":4}}', '{"name":"a","tags":"x"}', '{"name":"a","tags":["x",["y"]]}', '{"name":"a","tags":[["x",1],[null],null]}',
  '{"name":"a","counts":3}', '{"name":"a","counts":[1,[2,"3"]]}', '{"name":"a","counts":null}', '{"name":"a","isLive":null}', '{"name":"a","isLive":"true"}', '{"name":"a","order":null}', '{"name":"a","order":{"field":"b","direction":"DESC"}}', '{"logo":{"file":"a"},"nmae":"b"}',
]

const single = [
  ...types.flatMap((type) => values.map((value) => [`$v: ${type}`, `{"v":${value}}`])),
  ...types.map((type) => [`$v: ${type}`, '{}']),
  ...['Order', '[Order!]!'].flatMap((type) => orders.map((value) => [`$v: ${type}`, `{"v":${value}}`])),
  ...filters.map((value) => ['$v: Filter!', `{"v":${value}}`]),
  ...['Logo', '[[Logo!]]'].flatMap((type) => logos.map((value) => [`$v: ${type}`, `{"v":${value}}`])),
  ...forms.map((value) => ['$v: Form', `{"v":${value}}`]),
]

const defaults = [
  ['Int', '5'], ['Int!', '5'], ['Int', 'null'], ['Float', '5'], ['Float', '1.5e3'], ['String', '"a\\nb"'], ['String', '"""\n  block\n    text\n  """'], ['Boolean!', 'true'], ['ID', '5'], ['ID', '"five"'], ['Day', '"2026-11-22"'], ['Direction', 'DESC'],
  ['[Int]', '5'], ['[[Int]]', '[1, [2, null], null]'], ['[ID!]!', '[1, "b"]'], ['[[ID!]!]', '7'], ['Order', '{field: "a"}'], ['[Order!]', '{field: "a", direction: DESC}'], ['Filter', '{}'], ['Filter', '{not: {first: null}, status: CREATED}'],
  ['Logo', '{size: 1}'], ['Form', '{name: "a"}'], ['Form', '{name: "a", counts: [[]], tags: "x"}'],
]
const withDefaults = defaults.flatMap(([type, literal]) => ['{}', '{"v":null}', '{"v":7}'].map((sent) => [`$v: ${type} = ${literal}`, sent]))

const several = [
  ['$a: Int!, $b: String!', '{}'], ['$a: Int!, $b: String!', '{"a":"1","b":2}'], ['$a: Int, $b: [Int!]', '{"a":1,"c":5}'], ['$a: Int!, $b: Int!, $c: Int!', '{"a":null,"c":"x"}'], ['$a: Int = 1, $b: Int = 2', '{"b":3}'],
]

export const rows = [...single, ...withDefaults, ...several]
