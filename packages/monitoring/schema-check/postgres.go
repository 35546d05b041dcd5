package main

import (
	"errors"

	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
)

// postgresQuery is a query of Grafana's PostgreSQL data source in its code form: the SDK has no type of it.
type postgresQuery struct {
	RefID      string               `json:"refId"`
	Datasource common.DataSourceRef `json:"datasource"`
	EditorMode string               `json:"editorMode"`
	Format     string               `json:"format"`
	RawQuery   bool                 `json:"rawQuery"`
	RawSQL     string               `json:"rawSql"`
}

func (postgresQuery) ImplementsDataqueryVariant()          {}
func (postgresQuery) DataqueryType() string                { return postgresType }
func (query postgresQuery) Equals(variants.Dataquery) bool { return false }
func (query postgresQuery) Validate() error {
	if query.RefID == "" || query.RawSQL == "" || !query.RawQuery || query.EditorMode != "code" {
		return errors.New("a query needs refId, rawSql, rawQuery and editorMode code")
	}
	if query.Format != "table" && query.Format != "time_series" {
		return errors.New("format is table or time_series")
	}
	return nil
}

const postgresType = "grafana-postgresql-datasource"

func postgresVariant() variants.DataqueryConfig {
	read := func(raw []byte) (variants.Dataquery, error) {
		query := postgresQuery{}
		if err := strict(raw, &query); err != nil {
			return nil, err
		}
		return query, query.Validate()
	}
	return variants.DataqueryConfig{
		Identifier:                 postgresType,
		DataqueryUnmarshaler:       read,
		StrictDataqueryUnmarshaler: read,
	}
}
