package server

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
)

// openAPIDocument is the contract: what is asked and answered under /v1.
// Tests hold every route and every answer against it, and a change of it
// needs another info.version.
//
//go:embed openapi.yaml
var openAPIDocument []byte

// openAPI answers with the description of the API.
func (s *Server) openAPI(c echo.Context) error {
	if _, err := readQuery(c.Request()); err != nil {
		return err
	}
	return s.bytes(c, "application/yaml", openAPIDocument)
}

// jsonSchema answers with the JSON Schema of a framework's document.
func (s *Server) jsonSchema(c echo.Context) error {
	if _, err := readQuery(c.Request()); err != nil {
		return err
	}
	if s.o.JSONSchema == nil {
		return problem(http.StatusNotFound, notFound, "This server has no JSON Schema to serve. The command milepost schema prints it.")
	}
	return s.bytes(c, "application/schema+json", s.o.JSONSchema)
}
