// Command alloy-syntax parses and formats Alloy files as `alloy fmt` does, many files a run.
//
// Each line on stdin is a path; each answer is one JSON line:
//
//	{"path": "…", "ok": true, "formatted": "…", "unchanged": true}
//	{"path": "…", "ok": false, "error": "…"}
//
// It knows the syntax only: an unknown component or attribute passes.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/grafana/alloy/syntax/parser"
	"github.com/grafana/alloy/syntax/printer"
)

type answer struct {
	Path      string  `json:"path"`
	OK        bool    `json:"ok"`
	Error     string  `json:"error,omitempty"`
	Formatted *string `json:"formatted,omitempty"`
	Unchanged bool    `json:"unchanged"`
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<16)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if path := string(bytes.TrimRight(line, "\r\n")); path != "" {
			if failed := out.Encode(examine(path)); failed != nil {
				fmt.Fprintln(os.Stderr, "alloy-syntax:", failed)
				os.Exit(2)
			}
		}
		if err != nil {
			return
		}
	}
}

func examine(path string) answer {
	text, err := os.ReadFile(path)
	if err != nil {
		return answer{Path: path, Error: err.Error()}
	}
	file, err := parser.ParseFile(path, text)
	if err != nil {
		return answer{Path: path, Error: err.Error()}
	}
	var buffer bytes.Buffer
	if err := printer.Fprint(&buffer, file); err != nil {
		return answer{Path: path, Error: err.Error()}
	}
	// As `alloy fmt` does: the printer leaves the last line open.
	buffer.WriteByte('\n')
	formatted := buffer.String()
	return answer{Path: path, OK: true, Formatted: &formatted, Unchanged: formatted == string(text)}
}
