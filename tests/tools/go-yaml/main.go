// Command go-yaml says how go-yaml v2, v3 and v4 read YAML documents.
//
// Each line on stdin is JSON: a string (the YAML text), or an object
//
//	{"id": any, "text": "…"}    or, for bytes that are no text,
//	{"id": any, "base64": "…"}
//
// Each answer is one JSON line:
//
//	{"id": any, "v2": R, "v3": R, "v4": R}
//
// where R is {"documents": [V, …]} or {"documents": [V, …], "error": "…"} (what was read before the error)
// and V is {"t": T, "v": …} with T one of null, bool, int, float, string, timestamp, binary, seq, map.
// Scalars are text; a seq is a list of V; a map is a list of [V, V] ordered by the key's JSON text.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sort"
	"strconv"
	"time"
	"unicode/utf8"

	v2 "go.yaml.in/yaml/v2"
	v3 "go.yaml.in/yaml/v3"
	v4 "go.yaml.in/yaml/v4"
)

type question struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Text   string          `json:"text"`
	Base64 string          `json:"base64"`
}

type answer struct {
	ID json.RawMessage `json:"id,omitempty"`
	V2 reading         `json:"v2"`
	V3 reading         `json:"v3"`
	V4 reading         `json:"v4"`
}

type reading struct {
	Documents []value `json:"documents"`
	Error     string  `json:"error,omitempty"`
}

type value struct {
	Type  string `json:"t"`
	Value any    `json:"v"`
}

type decoder interface{ Decode(any) error }

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	for {
		line, err := in.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if failed := reply(out, line); failed != nil {
				out.Flush()
				fmt.Fprintln(os.Stderr, "go-yaml:", failed)
				os.Exit(2)
			}
		}
		// A caller that waits for its answer before asking again must not wait for a full buffer.
		if in.Buffered() == 0 {
			out.Flush()
		}
		if err != nil {
			return
		}
	}
}

func reply(out io.Writer, line []byte) error {
	var q question
	if line[0] == '"' {
		if err := json.Unmarshal(line, &q.Text); err != nil {
			return fmt.Errorf("a line is not a JSON string: %w", err)
		}
	} else if err := json.Unmarshal(line, &q); err != nil {
		return fmt.Errorf("a line is neither a JSON string nor an object: %w", err)
	}
	text := []byte(q.Text)
	if q.Base64 != "" {
		raw, err := base64.StdEncoding.DecodeString(q.Base64)
		if err != nil {
			return fmt.Errorf("`base64` does not decode: %w", err)
		}
		text = raw
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(answer{
		ID: q.ID,
		V2: read(v2.NewDecoder(bytes.NewReader(text))),
		V3: read(v3.NewDecoder(bytes.NewReader(text))),
		V4: read(v4.NewDecoder(bytes.NewReader(text))),
	})
}

func read(d decoder) (r reading) {
	r.Documents = []value{}
	defer func() {
		if p := recover(); p != nil {
			r.Error = fmt.Sprint("panic: ", p)
		}
	}()
	for {
		var v any
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) {
			return r
		}
		if err != nil {
			r.Error = err.Error()
			return r
		}
		r.Documents = append(r.Documents, tagged(v))
	}
}

func tagged(v any) value {
	switch v := v.(type) {
	case nil:
		return value{"null", nil}
	case bool:
		return value{"bool", strconv.FormatBool(v)}
	case int:
		return value{"int", strconv.Itoa(v)}
	case int64:
		return value{"int", strconv.FormatInt(v, 10)}
	case uint64:
		return value{"int", strconv.FormatUint(v, 10)}
	case float64:
		return value{"float", float(v)}
	case string:
		if !utf8.ValidString(v) {
			return value{"binary", base64.StdEncoding.EncodeToString([]byte(v))}
		}
		return value{"string", v}
	case time.Time:
		return value{"timestamp", v.Format(time.RFC3339Nano)}
	case []any:
		items := make([]value, len(v))
		for i, item := range v {
			items[i] = tagged(item)
		}
		return value{"seq", items}
	case map[string]any:
		pairs := make([][2]value, 0, len(v))
		for k, item := range v {
			pairs = append(pairs, [2]value{tagged(k), tagged(item)})
		}
		return value{"map", ordered(pairs)}
	case map[any]any:
		pairs := make([][2]value, 0, len(v))
		for k, item := range v {
			pairs = append(pairs, [2]value{tagged(k), tagged(item)})
		}
		return value{"map", ordered(pairs)}
	default:
		return value{fmt.Sprintf("%T", v), fmt.Sprint(v)}
	}
}

func float(f float64) string {
	switch {
	case math.IsNaN(f):
		return ".nan"
	case math.IsInf(f, 1):
		return ".inf"
	case math.IsInf(f, -1):
		return "-.inf"
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func ordered(pairs [][2]value) [][2]value {
	keys := make(map[int]string, len(pairs))
	order := make([]int, len(pairs))
	for i, pair := range pairs {
		text, err := json.Marshal(pair[0])
		if err != nil {
			panic(err)
		}
		keys[i], order[i] = string(text), i
	}
	sort.Slice(order, func(a, b int) bool { return keys[order[a]] < keys[order[b]] })
	sorted := make([][2]value, len(pairs))
	for to, from := range order {
		sorted[to] = pairs[from]
	}
	return sorted
}
