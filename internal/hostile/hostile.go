// Package hostile holds requests that are built to be heavy, for the tests that send them.
package hostile

import (
	"fmt"
	"maps"
	"strings"
)

// smallest asks for as little as there is.
const smallest = "{viewer{user{id}}}"

var r = strings.Repeat

// Queries are all queries by their names.
func Queries() map[string]string {
	all := Others()
	for _, more := range []map[string]string{Fragments(), Overlaps(), Introspections()} {
		maps.Copy(all, more)
	}
	return all
}

// Fragments are queries whose fragments multiply if they are walked again at each spread.
func Fragments() map[string]string {
	return map[string]string{
		"943 bytes of doubling":         "{...f0}" + linked(25, 2, "Query", "...f%d", smallest),
		"fragment doubling":             "{...f0}" + linked(100, 2, "Query", "...f%d", smallest),
		"fragment doubling with fields": "{viewer{memberships{nodes{workspace{...f0}}}}}" + linked(40, 2, "Workspace", "members{nodes{workspace{...f%d}}}", "{id}"),
		"fragment doubling, tripled":    "{...f0}" + linked(70, 3, "Query", "...f%d", smallest),
		"unknown field from everywhere": "{...f0}" + linked(55, 1, "Query", "...f%d", "{"+r("x", 6_000)+"}"),
		"circular fragments": "{...f0}" + times(60, func(i int) string {
			return fmt.Sprintf("fragment f%d on Query{%s}", i, times(6, func(j int) string { return fmt.Sprintf("...f%d ", (i*7+j*11+1)%60) }))
		}),
		"a circle of its own": "{...F} fragment F on Query{...F viewer{user{id}}}",
		"a circle of fields":  "{viewer{memberships{nodes{...F}}}} fragment F on Member{workspace{members{nodes{...F}}}}",
		"many fragments":      "{" + numbered(130, "...f# ") + "}" + numbered(130, "fragment f# on Query{launchTargets{id}}"),
		"fragments of fragments": "{" + numbered(35, "...f# ") + "}" + times(35, func(i int) string {
			return fmt.Sprintf("fragment f%d on Query{%s viewer{user{id}}}", i, times(34-i, func(j int) string { return fmt.Sprintf("...f%d ", i+j+1) }))
		}),
		"unused fragments": smallest + numbered(220, "fragment f# on User{id}"),
	}
}

// Overlaps are queries with many fields of the same name, which validation compares pair by pair.
func Overlaps() map[string]string {
	return map[string]string{
		"the same field 300 times":     "{launchTargets{" + r("id ", 300) + "}}",
		"the same field 1,900 times":   "{launchTargets{" + r("id ", 1_900) + "}}",
		"nested fields over and over":  "{" + r("viewer{user{id}}", 150) + "}",
		"the same from operations":     numbered(120, "query q#{...F}") + "fragment F on Query{launchTargets{" + r("id ", 180) + "}}",
		"the same in inline fragments": "{launchTargets{" + r("...{", 400) + r("id ", 190) + r("}", 400) + "}}",
		"the same in both": "{...f0}" + linked(80, 1, "Query", "...f%d",
			"{launchTargets{"+r("...{", 250)+r("id ", 180)+r("}", 250)+"}}"),
		"as much as passes, inline":     "{launchTargets{" + r("...{", 40) + r("id ", 48) + r("}", 40) + "}}",
		"as much as passes, operations": numbered(25, "query q#{...F}") + "fragment F on Query{launchTargets{" + r("id ", 60) + "}}",
		"as much as passes, nested":     "{" + r("viewer{...{user{...{id ...U}}}}", 75) + "} fragment U on User{id email}",
		"many spreads of a few":         "{" + r("viewer{...A ...B ...C ...D ...E}", 40) + "}" + times(5, func(i int) string { return fmt.Sprintf("fragment %c on Viewer{user{id}}", 'A'+i) }),
		"the same with long arguments":  "{" + r("nodes(ids:["+r("1 ", 40)+"]){id}", 40) + "}",
		"a fragment many times over":    "{...F}" + r("fragment F on Query{launchTargets{"+r("id ", 10)+"}}", 60),
	}
}

const schemaFields = "name description args{name description type{name ofType{name ofType{name}}}} type{name ofType{name ofType{name}}}"

// Introspections are queries that ask for much of the schema many times over.
func Introspections() map[string]string {
	return map[string]string{
		"deep introspection":             "{__schema{types" + r("{fields{type", 100) + "{name}" + r("}}", 100) + "}}",
		"circular introspection":         "{__schema{types{...F}}} fragment F on __Type{ofType{...F} name}",
		"circular introspection, fields": "{__schema{types{...F}}} fragment F on __Type{fields{type{...F}}}",
		"wrapped introspection":          "{__schema{types{fields{type" + r("{ofType", 150) + "{name}" + r("}", 150) + "}}}}",
		"introspection 20 times":         "{" + numbered(20, "a#:__schema{types{name fields{name}}}") + "}",
		"introspection 5 times": "{" + numbered(5, "a#:__schema{...S}") + "} fragment S on __Schema{types{name description fields{" + schemaFields +
			"} inputFields{name} enumValues{name description} possibleTypes{name} interfaces{name}}}",
		"introspection with aliases":     "{__schema{types{" + numbered(30, "a#:fields{"+schemaFields+"}") + "}}}",
		"introspection, all types again": "{__schema{" + numbered(30, "a#:types{name fields{name type{name fields{name description args{name description}}}}}") + "}}",
		"introspection through wrappers": "{__schema{types{" + numbered(10, "a#:fields{type{...T} args{type{...T}}}") + "}}} fragment T on __Type{ofType{name ofType{name ofType{name ...F} ...F} ...F} ...F} fragment F on __Type{fields{" + schemaFields + "}}",
		"introspection, doubled":         `{__type(name:"Query"){...f0}}` + linked(13, 1, "__Type", "ofType{...f%[1]d} b:ofType{...f%[1]d}", "{name}"),
		"introspection below a mutation": "mutation{" + signingUp("a", numbered(29, "a#:__schema{types{name fields{name}}}")) + "}",
		"introspection below mutations": "mutation{" + times(5, func(i int) string { return signingUp(fmt.Sprint("m", i), "...Q") }) + "} fragment Q on Query{" +
			numbered(25, "a#:__schema{types{name description fields{name description type{name}}}}") + "}",
		"introspection below a mutation, aliased": "mutation{" + signingUp("a", "__schema{types{"+numbered(29, "a#:fields{"+schemaFields+"}")+"}}") + "}",
		"introspection below a mutation, doubled": "mutation{" + signingUp("a", "...f0") + "}" + linked(25, 2, "Query", "...f%d", "{__schema{types{name}}}"),
		"introspection below queries, doubled": "mutation{" + signingUp("a", "...f0") + "}" +
			linked(24, 1, "Query", "...f%[1]d viewer{...{user{id}} ...{user{id}}}", "{a:__schema{types{name}} b:__schema{types{name}}}"),
		"introspection that passes": "{__schema{types{" + numbered(28, "a#:fields{args{description}}") + "}}}",
	}
}

// signingUp signs nobody up, and selects in the query root that its answer leads back to.
func signingUp(alias, selections string) string {
	return alias + `:signUp(input:{email:"" password:"" displayName:""}){query{` + selections + "}}"
}

// Others are queries that are long, deep or wide in some other way.
func Others() map[string]string {
	return map[string]string{
		"unknown fields":              "{launchTargets{" + numbered(1_400, "u# ") + "}}",
		"unknown types":               "{" + r("...on "+r("x", 190)+"{id}", 48) + "}",
		"long name":                   "{" + r("x", 9_990) + "}",
		"long type name":              "{...on " + r("x", 9_980) + "{id}}",
		"long alias":                  "{" + r("x", 9_900) + ":launchTargets{id}}",
		"long operation name":         "query " + r("x", 9_900) + smallest,
		"long string":                 `{industries(search:"` + r("x", 9_900) + `"){totalCount}}`,
		"long words":                  `{industries(search:"` + r("restaurent ", 880) + `"){totalCount}}`,
		"searches":                    "{" + numbered(10, `a#:industries(first:100 search:"`+r("cofee ", 80)+`"){nodes{id}}`) + "}",
		"long enum":                   `{viewer{currentWorkspace{miniPrograms(filter:{statuses:["` + r("x", 9_800) + `"]}){totalCount}}}}`,
		"a block string":              `{industries(search:"""` + r("\n ", 4_900) + `"""){totalCount}}`,
		"deep nesting":                r("{viewer", 490) + r("}", 490),
		"brackets":                    "{nodes(ids:" + r("[", 990) + r("]", 990) + "){id}}",
		"open brackets":               "{nodes(ids:" + r("[", 1_990),
		"objects":                     "{nodes(ids:" + r("{a:", 490) + "1" + r("}", 490) + "){id}}",
		"types in lists":              "query($a:" + r("[", 990) + "ID" + r("]", 990) + "){launchTargets{id}}",
		"braces":                      r("{", 9_999),
		"directives":                  "{viewer " + r("@include(if:true)", 280) + "{user{id}}}",
		"unknown directives":          "{viewer " + r("@a", 900) + "{user{id}}}",
		"directives without end":      "{viewer " + r("@", 9_900),
		"aliases":                     "{" + numbered(160, "a#:viewer{user{id}}") + "}",
		"comments":                    smallest + r("\n#", 1_990),
		"one comment":                 smallest + "#" + r("x", 9_900),
		"commas":                      smallest + r(",", 9_900),
		"white space":                 r("\n", 9_900) + smallest,
		"many operations":             numbered(150, "query q#{viewer{user{id}}}"),
		"operations of the same name": r("query q{viewer{user{id}}}", 150),
		"many variables":              "query(" + numbered(350, "$v#:Int ") + ")" + smallest,
		"used variables":              "query(" + numbered(190, "$v#:ID! ") + "){nodes(ids:[" + numbered(190, "$v# ") + "]){id}}",
		"pages out of range":          "{" + numbered(5, "a#:industries(first:1000000000){nodes{id}}") + "}",
		"pages below nothing":         "{industries(first:-1000000000){nodes{id}}}",
		"pages of pages":              "{viewer{memberships(first:100){nodes{workspace{members(first:100){nodes{workspace{members(first:100){nodes{id}}}}}}}}}}",
		"long names in lists":         "{viewer{memberships(first:100){nodes{workspace{members(first:49){nodes{" + r("a", 9_000) + ":id}}}}}}}",
		"long names of the schema":    "{__schema{types{fields{args{" + r("a", 9_000) + ":name}}}}}",
		"pages that are only read":    "{viewer{memberships(first:100){nodes{workspace{" + numbered(4, "a#:members(first:9#){pageInfo{hasNextPage}}") + "}}}}}",
		"objects in lists":            "{viewer{memberships(first:100){nodes{workspace{members(first:49){nodes{workspace{owner{workspace{owner{workspace{id}}}}}}}}}}}}",
		"wide elements":               "{" + numbered(10, "a#:industries(first:100){nodes{...I}}") + "} fragment I on Industry{" + r("id code name group ", 95) + "}",
		"wide objects":                "{" + numbered(9, "a#:viewer{...V}") + "} fragment V on Viewer{" + numbered(9, "b#:memberships(first:1){...M}") + "} fragment M on MemberConnection{" + numbered(9, "c#:nodes{user{...U}}") + "} fragment U on User{" + r("id email displayName ", 90) + "}",
	}
}

// Bodies are whole requests in JSON that are heavy beside the query.
func Bodies() map[string]string {
	nodes := `{"query":"query($ids:[ID!]!){nodes(ids:$ids){id}}","variables":{"ids":`
	return map[string]string{
		"a huge list":            nodes + "[" + r(`"x",`, 120_000) + `"x"]}}`,
		"a huge list of nothing": nodes + "[" + r(`null,`, 100_000) + `null]}}`,
		"a deep list":            nodes + r("[", 9_000) + r("]", 9_000) + `}}`,
		"a list too deep":        nodes + r("[", 250_000) + r("]", 250_000) + `}}`,
		"a long id":              nodes + `["` + r("x", 500_000) + `"]}}`,
		"a huge object":          nodes + "{" + times(40_000, func(i int) string { return fmt.Sprintf(`"k%d":1,`, i) }) + `"x":1}}}`,
		"a deep object":          nodes + r(`{"a":`, 9_000) + "1" + r("}", 9_000) + `}}`,
		"a huge number":          nodes + r("9", 500_000) + `}}`,
		"variables unasked for":  `{"query":"{launchTargets{id}}","variables":{` + times(40_000, func(i int) string { return fmt.Sprintf(`"k%d":1,`, i) }) + `"x":1}}`,
		"deep extensions":        `{"query":"{launchTargets{id}}","extensions":{"a":` + r("[", 9_000) + r("]", 9_000) + `}}`,
		"a query of brackets":    `{"query":"` + r("{", 500_000) + `"}`,
		"a query of aliases":     `{"query":"{` + numbered(20_000, "a#:viewer{user{id}}") + `}"}`,
		"a query of escapes":     `{"query":"` + r(`\u0020`, 80_000) + `"}`,
		"a long operationName":   `{"query":"{launchTargets{id}}","operationName":"` + r("x", 500_000) + `"}`,
	}
}

// linked returns fragments of which each spreads the next so many times, and the last selects.
func linked(n, spreads int, on, around, last string) string {
	return times(n, func(i int) string {
		return fmt.Sprintf("fragment f%d on %s{%s}", i, on, r(fmt.Sprintf(around, i+1)+" ", spreads))
	}) + fmt.Sprintf("fragment f%d on %s%s", n, on, last)
}

// times returns a text as many times over as there are numbers below n, each made of its number.
func times(n int, text func(i int) string) string {
	var all strings.Builder
	for i := range n {
		all.WriteString(text(i))
	}
	return all.String()
}

func numbered(n int, text string) string {
	return times(n, func(i int) string { return strings.ReplaceAll(text, "#", fmt.Sprint(i)) })
}
