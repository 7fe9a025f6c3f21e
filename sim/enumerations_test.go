package sim_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// longEnumeration is how many constants a type has whose comment names them.
const longEnumeration = 8

// TestEnumerationsNamed checks that the comment of a type with many constants
// names them, if they are in one file: go doc shows only the first constant of a
// block.
func TestEnumerationsNamed(t *testing.T) {
	docs, constants := map[string]string{}, map[string][]string{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "examples" || strings.HasPrefix(entry.Name(), ".") && path != ".."):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		within := filepath.ToSlash(path) + ": "
		for _, decl := range file.Decls {
			if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.TYPE && len(d.Specs) == 1 {
				docs[within+d.Specs[0].(*ast.TypeSpec).Name.Name] = d.Doc.Text()
			} else if ok && d.Tok == token.CONST {
				addConstants(constants, within, d)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	long := 0
	for typ, names := range constants {
		doc, declared := docs[typ]
		if !declared || len(names) < longEnumeration {
			continue
		}
		long++
		for _, name := range names {
			if !regexp.MustCompile(`\b` + name + `\b`).MatchString(doc) {
				t.Errorf("the comment of %s does not name %s", strings.TrimPrefix(typ, "../"), name)
			}
		}
	}
	if long < 20 {
		t.Errorf("%d long enumerations found", long)
	}
}

// addConstants adds the exported constants of a declaration to those of their types.
func addConstants(constants map[string][]string, within string, d *ast.GenDecl) {
	typ := ""
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		if of, ok := v.Type.(*ast.Ident); ok {
			typ = of.Name
		} else if len(v.Values) > 0 {
			typ = ""
		}
		for _, name := range v.Names {
			if typ != "" && ast.IsExported(typ) && name.IsExported() {
				constants[within+typ] = append(constants[within+typ], name.Name)
			}
		}
	}
}
