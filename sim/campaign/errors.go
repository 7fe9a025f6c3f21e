package campaign

import (
	"errors"
	"fmt"
)

// ErrConfig is the class of the errors of a campaign or scenario that cannot
// run.
var ErrConfig = errors.New("campaign: invalid configuration")

func configError(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrConfig}, args...)...)
}
