// Command stand-in takes the place of images that a trial cannot pull.
//
// Under its own name it has verbs:
//
//	stand-in serve --name NAME [--port N]…   answers HTTP and HTTPS on every port, until it is stopped
//	stand-in done --name NAME                a job that succeeds at once
//	stand-in reach HOST:PORT…                says for each whether it resolves and connects, as JSON lines
//	stand-in fetch [--dns A:P] [--connect A:P] URL   one request, as JSON (with --connect alone, no name is resolved)
//
// Under any other name (`pg_isready`, `curl`, `mysqladmin` …) it is a health check: it succeeds only if the port
// that the arguments speak of really answers.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	name := filepath.Base(os.Args[0])
	if name != "stand-in" {
		os.Exit(probe(name, os.Args[1:]))
	}
	if len(os.Args) < 2 {
		usage()
	}
	rest := os.Args[2:]
	switch os.Args[1] {
	case "serve":
		os.Exit(serve(rest))
	case "done":
		fmt.Println("done:", rest)
	case "reach":
		os.Exit(reach(rest))
	case "fetch":
		os.Exit(fetch(rest))
	default:
		usage()
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "stand-in: one of serve, done, reach, fetch is wanted")
	os.Exit(2)
}
