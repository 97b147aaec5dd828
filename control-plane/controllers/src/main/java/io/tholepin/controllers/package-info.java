@NullMarked
package io.tholepin.controllers;

import org.jspecify.annotations.NullMarked;
