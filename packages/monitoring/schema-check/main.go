// Checks Grafana's files against Grafana's own types: `schema-check FOLDER`, the folder being monitoring/grafana or a copy.
// Prints each error with its file and field, and exits with 1 when there is any.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: schema-check FOLDER")
		os.Exit(2)
	}
	plugins.RegisterDefaultPlugins()
	cog.NewRuntime().RegisterDataqueryVariant(postgresVariant())
	checked, problems := check(os.Args[1])
	for _, problem := range problems {
		fmt.Fprintln(os.Stderr, problem)
	}
	if len(problems) > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d files fit\n", checked)
}

// check gives how many files of the folder it read, and what does not fit in them.
func check(folder string) (int, []string) {
	dashboards, _ := filepath.Glob(filepath.Join(folder, "dashboards", "*.json"))
	alerting, _ := filepath.Glob(filepath.Join(folder, "provisioning", "alerting", "*.yml"))
	var problems []string
	for _, file := range dashboards {
		problems = append(problems, problemsOf(file, checkDashboard)...)
	}
	for _, file := range alerting {
		problems = append(problems, problemsOf(file, checkAlerting)...)
	}
	// A folder that is empty or mistyped must not pass.
	if len(dashboards) == 0 || len(alerting) == 0 {
		problems = append(problems, folder+": holds no dashboards, or no alerting")
	}
	sort.Strings(problems)
	return len(dashboards) + len(alerting), problems
}

func problemsOf(file string, checkContent func([]byte) []error) []string {
	raw, err := os.ReadFile(file)
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	for _, problem := range checkContent(raw) {
		problems = append(problems, fmt.Sprintf("%s: %v", filepath.Base(file), problem))
	}
	return problems
}

func checkDashboard(raw []byte) []error {
	board := dashboard.Dashboard{}
	if problems := each("", board.UnmarshalJSONStrict(raw)); len(problems) > 0 {
		return problems
	}
	return each("", board.Validate())
}

// each splits what the SDK found into one error a field, under the path at which it was found. The SDK gives an empty list of
// errors as an error that is not nil.
func each(path string, err error) []error {
	if err == nil {
		return nil
	}
	var found cog.BuildErrors
	if !errors.As(err, &found) {
		return []error{fmt.Errorf("%s%w", path, err)}
	}
	problems := make([]error, 0, len(found))
	for _, problem := range found {
		problems = append(problems, fmt.Errorf("%s%w", path, problem))
	}
	return problems
}
