package main

import (
	"encoding/json"
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/alerting"
)

// alertingFile is a file of Grafana's alerting provisioning. What is in it has the API's types, but for where a file names a
// thing once and the API in each part of it.
type alertingFile struct {
	APIVersion    int               `json:"apiVersion"`
	Groups        []ruleGroup       `json:"groups"`
	ContactPoints []contactPoint    `json:"contactPoints"`
	Policies      []json.RawMessage `json:"policies"`
	Templates     []json.RawMessage `json:"templates"`
}

type ruleGroup struct {
	OrgID    int64             `json:"orgId"`
	Name     string            `json:"name"`
	Folder   string            `json:"folder"`
	Interval string            `json:"interval"`
	Rules    []json.RawMessage `json:"rules"`
}

type contactPoint struct {
	OrgID     int64             `json:"orgId"`
	Name      string            `json:"name"`
	Receivers []json.RawMessage `json:"receivers"`
}

// sdkType is what the SDK gives each of its types.
type sdkType interface {
	UnmarshalJSONStrict(raw []byte) error
	Validate() error
}

func checkAlerting(raw []byte) []error {
	content, err := yamlAsJSON(raw)
	if err != nil {
		return []error{err}
	}
	file := alertingFile{}
	if err := strict(content, &file); err != nil {
		return []error{err}
	}
	var problems []error
	if file.APIVersion != 1 {
		problems = append(problems, fmt.Errorf("apiVersion: is %d, not 1", file.APIVersion))
	}
	for _, group := range file.Groups {
		for index, rule := range group.Rules {
			path := fmt.Sprintf("groups[%s].rules[%d].", group.Name, index)
			problems = append(problems, checkRule(path, group, rule)...)
		}
	}
	for _, point := range file.ContactPoints {
		for index, receiver := range point.Receivers {
			path := fmt.Sprintf("contactPoints[%s].receivers[%d].", point.Name, index)
			problems = append(problems, checkAs(path, &alerting.ContactPoint{}, receiver, nil)...)
		}
	}
	for index, policy := range file.Policies {
		problems = append(problems, checkAs(fmt.Sprintf("policies[%d].", index), &alerting.NotificationPolicy{}, policy, withoutOrg)...)
	}
	for index, template := range file.Templates {
		problems = append(problems, checkAs(fmt.Sprintf("templates[%d].", index), &alerting.NotificationTemplate{}, template, withoutOrg)...)
	}
	return problems
}

type fields map[string]json.RawMessage

func withoutOrg(fields fields) error {
	delete(fields, "orgId")
	return nil
}

// checkRule reads a rule as the API has it: with the group's name and folder in it, and without the panel, which the API has in
// the annotations.
func checkRule(path string, group ruleGroup, raw json.RawMessage) []error {
	return checkAs(path, &alerting.Rule{}, raw, func(rule fields) error {
		var dashboardUID string
		var panelID int64
		if err := json.Unmarshal(rule["dashboardUid"], &dashboardUID); err != nil {
			return fmt.Errorf("dashboardUid: %w", err)
		}
		if err := json.Unmarshal(rule["panelId"], &panelID); err != nil {
			return fmt.Errorf("panelId: %w", err)
		}
		delete(rule, "dashboardUid")
		delete(rule, "panelId")
		rule["missingSeriesEvalsToResolve"] = rule["missing_series_evals_to_resolve"]
		delete(rule, "missing_series_evals_to_resolve")
		rule["folderUID"] = quoted(group.Folder)
		rule["ruleGroup"] = quoted(group.Name)
		rule["orgID"] = json.RawMessage(fmt.Sprint(group.OrgID))
		return nil
	})
}

func quoted(text string) json.RawMessage {
	raw, _ := json.Marshal(text)
	return raw
}

// checkAs reads a part of a file as one of the SDK's types, after the file's own fields were turned into the API's.
func checkAs(path string, into sdkType, raw json.RawMessage, turn func(fields) error) []error {
	if turn != nil {
		content := fields{}
		if err := json.Unmarshal(raw, &content); err != nil {
			return []error{fmt.Errorf("%s%w", path, err)}
		}
		if err := turn(content); err != nil {
			return []error{fmt.Errorf("%s%w", path, err)}
		}
		raw, _ = json.Marshal(content)
	}
	if problems := each(path, into.UnmarshalJSONStrict(raw)); len(problems) > 0 {
		return problems
	}
	return each(path, into.Validate())
}
