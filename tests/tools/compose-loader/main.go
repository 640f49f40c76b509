// Command compose-loader loads Compose files as Docker Compose does, many a run, without Docker.
//
// Each line on stdin is a path, or JSON for more than one file or other settings:
//
//	{"id": any, "files": ["a.yaml", "b.yaml"], "environment": {"K": "v"}, "env_files": [".env"],
//	 "profiles": ["*"], "name": "p", "directory": "dir", "keep_paths": false, "model": false}
//
// Each answer is one JSON line:
//
//	{"id": any, "path": "…", "ok": true, "project": {…}, "warnings": ["…"]}
//	{"id": any, "path": "…", "ok": false, "error": "…", "warnings": ["…"]}
//
// The caller's environment is never read: only `environment`, and `.env` in the project folder (or `env_files`)
// as Docker Compose does. `model` answers with the merged model before it is decoded into types.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/sirupsen/logrus"
)

type question struct {
	ID          json.RawMessage   `json:"id"`
	Files       []string          `json:"files"`
	Environment map[string]string `json:"environment"`
	EnvFiles    []string          `json:"env_files"`
	Profiles    []string          `json:"profiles"`
	Name        string            `json:"name"`
	Directory   string            `json:"directory"`
	KeepPaths   bool              `json:"keep_paths"`
	Model       bool              `json:"model"`
}

type answer struct {
	ID       json.RawMessage `json:"id,omitempty"`
	Path     string          `json:"path"`
	OK       bool            `json:"ok"`
	Error    string          `json:"error,omitempty"`
	Project  json.RawMessage `json:"project,omitempty"`
	Warnings []string        `json:"warnings,omitempty"`
}

// warnings collects what the loader would print.
type warnings struct{ lines []string }

func (w *warnings) Levels() []logrus.Level { return logrus.AllLevels[:logrus.WarnLevel+1] }

func (w *warnings) Fire(entry *logrus.Entry) error {
	w.lines = append(w.lines, entry.Message)
	return nil
}

func main() {
	said := &warnings{}
	logrus.SetOutput(io.Discard)
	logrus.AddHook(said)
	in := bufio.NewReaderSize(os.Stdin, 1<<16)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 {
			said.lines = nil
			reply := answerTo(line)
			reply.Warnings = said.lines
			if failed := out.Encode(reply); failed != nil {
				fmt.Fprintln(os.Stderr, "compose-loader:", failed)
				os.Exit(2)
			}
		}
		if err != nil {
			return
		}
	}
}

func answerTo(line []byte) (reply answer) {
	q := question{Files: []string{string(line)}}
	if line[0] == '{' {
		q = question{}
		if err := json.Unmarshal(line, &q); err != nil {
			return answer{Error: "the question is not JSON: " + err.Error()}
		}
	}
	reply.ID = q.ID
	if len(q.Files) > 0 {
		reply.Path = q.Files[0]
	}
	defer func() {
		if p := recover(); p != nil {
			reply.OK, reply.Error = false, fmt.Sprint("panic: ", p)
		}
	}()
	project, err := load(q)
	if err != nil {
		reply.Error = err.Error()
		return reply
	}
	reply.OK, reply.Project = true, project
	return reply
}

func load(q question) (json.RawMessage, error) {
	if len(q.Files) == 0 {
		return nil, fmt.Errorf("no files named")
	}
	directory := q.Directory
	if directory == "" {
		directory = filepath.Dir(q.Files[0])
	}
	environment := make([]string, 0, len(q.Environment))
	for key, value := range q.Environment {
		environment = append(environment, key+"="+value)
	}
	sort.Strings(environment)
	options := []cli.ProjectOptionsFn{
		cli.WithWorkingDirectory(directory),
		cli.WithEnv(environment),
	}
	if len(q.EnvFiles) > 0 {
		options = append(options, cli.WithEnvFiles(q.EnvFiles...))
	} else if dotenv := filepath.Join(directory, ".env"); isFile(dotenv) {
		options = append(options, cli.WithEnvFiles(dotenv))
	}
	options = append(options,
		cli.WithDotEnv,
		cli.WithDefaultProfiles(q.Profiles...),
		cli.WithResolvedPaths(!q.KeepPaths),
	)
	if q.Name != "" {
		options = append(options, cli.WithName(q.Name))
	}
	project, err := cli.NewProjectOptions(q.Files, options...)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if q.Model {
		model, err := project.LoadModel(ctx)
		if err != nil {
			return nil, err
		}
		return json.Marshal(model)
	}
	loaded, err := project.LoadProject(ctx)
	if err != nil {
		return nil, err
	}
	return loaded.MarshalJSON()
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
