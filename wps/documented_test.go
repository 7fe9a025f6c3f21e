package wps_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// TestFieldsDocumented checks that each exported field of the lists of
// attributes, and of the types in them, has a comment, so that go doc shows
// them like a manual.
func TestFieldsDocumented(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	lists := 0
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok || !spec.Name.IsExported() {
				return true
			}
			fields, ok := spec.Type.(*ast.StructType)
			if !ok {
				return true
			}
			list := spec.Name.Name == "Device" || spec.Name.Name == "WFAExtension"
			for _, f := range fields.Fields.List {
				name, ok := f.Type.(*ast.Ident)
				list = list || ok && len(f.Names) == 0 && (name.Name == "Header" || name.Name == "Beacon")
			}
			if !list {
				return true
			}
			lists++
			for _, f := range fields.Fields.List {
				if f.Comment == nil && f.Doc == nil {
					for _, id := range f.Names {
						t.Errorf("%s.%s has no comment", spec.Name, id)
					}
				}
			}
			return true
		})
	}
	if lists < 20 {
		t.Errorf("%d lists found", lists)
	}
}
