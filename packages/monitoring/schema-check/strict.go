package main

import (
	"bytes"
	"encoding/json"

	"gopkg.in/yaml.v3"
)

// strict reads JSON into a struct, and takes no field that the struct lacks.
func strict(raw []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// yamlAsJSON gives a YAML document as JSON, which the SDK's types are read from.
func yamlAsJSON(raw []byte) ([]byte, error) {
	var content any
	if err := yaml.Unmarshal(raw, &content); err != nil {
		return nil, err
	}
	return json.Marshal(content)
}
