// Package ext stands in for a module that Traefik's go.mod names by a folder of its own repository.
package ext

// HTTP carries no extension fields.
type HTTP struct{}

// Router carries no extension fields.
type Router struct{}
