package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"regexp"
	"sync"
)

// operation is one of the requests that are measured.
type operation struct {
	name, query string
	// requests is how many are sent in a round.
	requests int
	// statements is how many the server may take for one, at most.
	statements int
	// make returns the variables of a request, and the index of the user who sends it.
	make func(d *dataset, random *rand.Rand, n int) (variables map[string]any, user int)
	// shape matches the answer to an operation that writes, whose ids are new each time; nil for a read, which both servers answer with the
	// same bytes.
	shape *regexp.Regexp
}

// operations are all that is measured. R1 to R3 are reads, W1 writes.
var operations = []operation{
	{
		name: "R1", requests: 4000, statements: 4,
		query: `query R1($id: ID!) { miniProgram(id: $id) { id name workspace { id name } createdBy { id displayName } } }`,
		make: func(d *dataset, random *rand.Rand, _ int) (map[string]any, int) {
			w := d.workspaces[manyOwners*ownedByEach+random.IntN(full)]
			return map[string]any{"id": d.miniPrograms[w.programs[random.IntN(many)]].id}, w.members[0]
		},
	},
	{
		name: "R2", requests: 1500, statements: 5,
		query: `query R2($id: ID!) { workspace(id: $id) { miniPrograms(first: 20) { nodes {
			id name createdBy { id displayName } developers(first: 3) { nodes { id role joinedAt } } } } } }`,
		make: func(d *dataset, random *rand.Rand, _ int) (map[string]any, int) {
			w := d.workspaces[manyOwners*ownedByEach+random.IntN(full)]
			return map[string]any{"id": w.id}, w.members[0]
		},
	},
	{
		name: "R3", requests: 400, statements: 5,
		query: `query R3 { viewer { memberships(first: 50) { nodes { workspace {
			id name miniPrograms(first: 10) { nodes { id name createdBy { id displayName } } } } } } } }`,
		make: func(d *dataset, random *rand.Rand, _ int) (map[string]any, int) {
			return nil, d.workspaces[random.IntN(manyOwners)*ownedByEach].members[0]
		},
	},
	{
		name: "W1", requests: 1000, statements: 20,
		query: `mutation W1($input: CreateMiniProgramInput!) { createMiniProgram(input: $input) { miniProgram { id appId name } userErrors { code } } }`,
		make: func(d *dataset, _ *rand.Rand, n int) (map[string]any, int) {
			w := d.workspaces[manyOwners*ownedByEach+full+n%(workspaces-manyOwners*ownedByEach-full)]
			return map[string]any{"input": map[string]any{
				"workspaceId": w.id, "launchTargetCode": "ALIPAY_CN", "name": "咖啡 " + newName(), "tagline": "街角的咖啡，马上就好，欢迎光临", "description": "在街角的咖啡店点单，马上来取，不用排队，天天都有新鲜的咖啡和点心。",
				"logo": map[string]any{"base64": logo()}, "industryCode": "5812", "servicePhone": "0571-1234567", "serviceEmail": "help@bench.example",
			}}, w.members[0]
		},
		shape: regexp.MustCompile(`^\{"data":\{"createMiniProgram":\{"miniProgram":\{"id":"mpr_[0-9a-z]{26}","appId":"[0-9]{16}","name":"咖啡 [0-9a-z]+"\},"userErrors":\[\]\}\}\}$`),
	},
}

func operationNamed(name string) (operation, bool) {
	for _, one := range operations {
		if one.name == name {
			return one, true
		}
	}
	return operation{}, false
}

// newName returns a name that no mini program has, also one of an earlier run.
func newName() string { return fmt.Sprintf("%016x", rand.Uint64()) }

// logo returns a picture in base64: a plain drawing of the smallest size, so that what the picture costs does not hide the rest.
var logo = sync.OnceValue(func() string {
	const side = 64
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			shade := color.NRGBA{0x1d, 0x6f, 0xe0, 255}
			if dx, dy := x-side/2, y-side/2; dx*dx+dy*dy < side*side/9 {
				shade = color.NRGBA{255, 255, 255, 255}
			}
			img.SetNRGBA(x, y, shade)
		}
	}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, img); err != nil {
		panic(err) // a picture in memory can be encoded
	}
	return base64.StdEncoding.EncodeToString(encoded.Bytes())
})

// request is a request that is ready to be sent, and its answer if that is known.
type request struct {
	body   []byte
	token  string
	answer []byte
}

// prepare makes the requests of a round, the same for both servers unless they write.
func (o operation) prepare(d *dataset, count int) []request {
	random, requests := rand.New(rand.NewPCG(seed, 1)), make([]request, count)
	for n := range requests {
		variables, user := o.make(d, random, n)
		body, err := json.Marshal(map[string]any{"operationName": o.name, "query": o.query, "variables": variables})
		if err != nil {
			panic(err) // texts always have a JSON form
		}
		requests[n] = request{body: body, token: d.users[user].token}
	}
	return requests
}
