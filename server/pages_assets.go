package server

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"path"
)

//go:embed assets
var assetFiles embed.FS

// assets are the files that pages load, by addresses that name their content.
type assets struct {
	Style, Script, Icon string
	files               map[string]asset // by the last part of the address
}

type asset struct {
	contentType string
	body        []byte
}

// readAssets reads the embedded files. The error says that one is missing.
func readAssets() (*assets, error) {
	a := &assets{files: map[string]asset{}}
	for _, f := range []struct {
		name, contentType string
		href              *string
	}{
		{"style.css", "text/css; charset=utf-8", &a.Style},
		{"script.js", "text/javascript; charset=utf-8", &a.Script},
		{"icon.svg", "image/svg+xml", &a.Icon},
	} {
		body, err := assetFiles.ReadFile("assets/" + f.name)
		if err != nil {
			return nil, fmt.Errorf("reading the asset %s: %w", f.name, err)
		}
		sum := sha256.Sum256(body)
		name := hex.EncodeToString(sum[:8]) + path.Ext(f.name)
		a.files[name] = asset{f.contentType, body}
		*f.href = "/assets/" + name
	}
	return a, nil
}
