"""What both faces share between HTTP and the rules: the gate, headers, errors, filters, 验证码, safe redirects."""
