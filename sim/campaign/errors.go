package campaign

import (
	"errors"
	"fmt"
)

// ErrConfig is the class of the errors of a campaign or scenario that cannot be
// played.
var ErrConfig = errors.New("campaign: configuration cannot be used")

func configError(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrConfig}, args...)...)
}
