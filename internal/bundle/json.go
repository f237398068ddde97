package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"minidock/internal/fault"
)

const (
	// maxJSON, maxDepth and maxValues bound what is read of a JSON file.
	maxJSON   = 1 << 20
	maxDepth  = 100
	maxValues = 50_000
	// maxAllJSON bounds what is read of all JSON files of a package, each of which may name tens of thousands of components. It is 1.6 kB for
	// each of 2,500 pages.
	maxAllJSON = 4 << 20
)

// document is a JSON file that was read.
type document struct {
	file string
	text []byte
	root value
}

// value is a JSON value and where it begins.
type value struct {
	kind kind
	at   int
	// text is that of a string, a number or a boolean.
	text string
	// keys are those of an object, in their order; items are its values, or those of an array.
	keys  []string
	items []value
}

// kind is the type of a JSON value, in JSON's words.
type kind string

const (
	kindObject  kind = "object"
	kindArray   kind = "array"
	kindString  kind = "string"
	kindNumber  kind = "number"
	kindBoolean kind = "boolean"
	kindNull    kind = "null"
)

// get returns the value of an object's key.
func (v value) get(key string) (value, bool) {
	at := slices.Index(v.keys, key)
	if at < 0 {
		return value{}, false
	}
	return v.items[at], true
}

// str returns the string of an object's key, or "" if there is none.
func (v value) str(key string) string {
	if found, _ := v.get(key); found.kind == kindString {
		return found.text
	}
	return ""
}

// readJSON reads a file that is an object. A file that is absent is an empty one.
func (p *Package) readJSON(ctx context.Context, name string) (document, *Problem, error) {
	at, found := p.byName[name]
	if !found {
		return document{file: name}, nil, nil
	}
	e := &p.entries[at]
	if e.unpacked > maxJSON {
		return document{}, about(fault.TooLarge, name, "bytes", e.unpacked, "max", maxJSON, fault.Variant("json")), nil
	}
	var text bytes.Buffer
	if wrong, err := p.contents.read(ctx, e, &text); wrong != nil || err != nil {
		return document{}, wrong, err
	}
	read, wrong := parseJSON(name, text.Bytes())
	return read, wrong, nil
}

// parseJSON reads strict JSON in UTF-8, after a byte order mark if there is one.
func parseJSON(file string, raw []byte) (document, *Problem) {
	d := document{file: file, text: bytes.TrimPrefix(raw, []byte("\xEF\xBB\xBF"))}
	if wrong := d.mistake(); wrong != nil {
		return document{}, wrong
	}
	builder := builder{document: &d, tokens: json.NewDecoder(bytes.NewReader(d.text))}
	builder.tokens.UseNumber()
	root, wrong := builder.value(0)
	if wrong == nil && root.kind != kindObject {
		wrong = d.broken(root.at, "found", string(root.kind), fault.Variant("object"))
	}
	d.root = root
	return d, wrong
}

// mistake returns the first place that is not JSON.
func (d *document) mistake() *Problem {
	if odd := invalidUTF8(d.text); odd >= 0 {
		return d.broken(odd, "found", fmt.Sprintf("%02X", d.text[odd]), fault.Variant("encoding"))
	}
	var any json.RawMessage
	err := json.Unmarshal(d.text, &any)
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &syntax):
		return d.broken(0, "found", err.Error())
	case int(syntax.Offset) >= len(d.text) && strings.Contains(err.Error(), "unexpected end"):
		return d.broken(len(d.text), fault.Variant("end"))
	}
	at := max(0, min(int(syntax.Offset), len(d.text))-1)
	for at > 0 && !utf8.RuneStart(d.text[at]) {
		at--
	}
	character, _ := utf8.DecodeRune(d.text[at:])
	return d.broken(at, "found", strconv.QuoteRune(character))
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size <= 1 {
			return at
		}
		at += size
	}
}

// broken returns the problem that the file is broken at an offset.
func (d *document) broken(offset int, params ...any) *Problem {
	found := problem(fault.BrokenJSON, d.file, params...).at(d.position(offset))
	return &found
}

// position returns the line and column of an offset, both from 1; a column is a character.
func (d *document) position(offset int) (line, column int) {
	before := d.text[:offset]
	return bytes.Count(before, []byte{'\n'}) + 1, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
}

// builder makes the values of a text that is known to be JSON.
type builder struct {
	document *document
	tokens   *json.Decoder
	count    int
}

func (b *builder) value(depth int) (value, *Problem) {
	at := b.next()
	if b.count++; b.count > maxValues {
		return value{}, b.document.broken(at, "max", maxValues, fault.Variant("values"))
	}
	if depth > maxDepth {
		return value{}, b.document.broken(at, "max", maxDepth, fault.Variant("depth"))
	}
	token, err := b.tokens.Token()
	if err != nil {
		return value{}, b.document.broken(at, "found", err.Error())
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return b.object(at, depth)
		}
		return b.array(at, depth)
	case string:
		return value{kind: kindString, at: at, text: token}, nil
	case json.Number:
		return value{kind: kindNumber, at: at, text: token.String()}, nil
	case bool:
		return value{kind: kindBoolean, at: at, text: strconv.FormatBool(token)}, nil
	}
	return value{kind: kindNull, at: at}, nil
}

// next returns the offset of the next token.
func (b *builder) next() int {
	at := int(b.tokens.InputOffset())
	for at < len(b.document.text) && strings.IndexByte(" \t\r\n,:", b.document.text[at]) >= 0 {
		at++
	}
	return at
}

func (b *builder) object(at, depth int) (value, *Problem) {
	made := value{kind: kindObject, at: at}
	seen := map[string]bool{}
	for b.tokens.More() {
		keyAt := b.next()
		token, err := b.tokens.Token()
		key, isString := token.(string)
		if err != nil || !isString {
			return value{}, b.document.broken(keyAt, "found", fmt.Sprint(token))
		}
		if seen[key] {
			return value{}, b.document.broken(keyAt, "found", key, fault.Variant("key"))
		}
		seen[key] = true
		item, wrong := b.value(depth + 1)
		if wrong != nil {
			return value{}, wrong
		}
		made.keys, made.items = append(made.keys, key), append(made.items, item)
	}
	return made, b.end()
}

func (b *builder) array(at, depth int) (value, *Problem) {
	made := value{kind: kindArray, at: at}
	for b.tokens.More() {
		item, wrong := b.value(depth + 1)
		if wrong != nil {
			return value{}, wrong
		}
		made.items = append(made.items, item)
	}
	return made, b.end()
}

// end reads the bracket that closes.
func (b *builder) end() *Problem {
	if _, err := b.tokens.Token(); err != nil {
		return b.document.broken(len(b.document.text), "found", err.Error())
	}
	return nil
}
